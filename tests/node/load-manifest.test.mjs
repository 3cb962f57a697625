// The manifest is read strictly: what is wrong is named by its field.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { load } from "../../dist/index.js";
import { serve, whole } from "./load/fixture.mjs";

const folder = new URL("../golden/", import.meta.url);
const read = (/** @type {string} */ name) => readFileSync(new URL(name, folder), "utf8");
const golden = read("app.json");

/** Loads a manifest whose module is not there, and returns the error. */
async function failure(text) {
  const server = await serve({ "/app.json": whole(text, { "content-type": "application/json" }) });
  const error = await load(`${server.url}/app.json`).catch((error) => error);
  return { error, requests: server.requests };
}

/** The golden manifest with one field set, or removed if the value is undefined. */
function changed(field, value) {
  const manifest = JSON.parse(golden);
  const path = field.split(".");
  const last = path.pop();
  path.reduce((object, key) => object[key], manifest)[last] = value;
  return JSON.stringify(manifest);
}

for (const name of readdirSync(folder)) {
  test(`${name} is accepted, and its module asked for`, async () => {
    const { error, requests } = await failure(read(name));
    assert.equal(error.code, "http-status");
    assert.deepEqual(requests, ["/app.json", "/hello.4f53cda18c2baa0c.wasm"]);
  });
}

test("what later releases add is ignored, wherever it stands", async () => {
  const later = { anything: [true] };
  for (const field of ["later", "go.later", "module.later", "module.encodings.dcb", "symbols.later", "symbols"]) {
    const { error } = await failure(changed(field, later));
    assert.equal(error.code, "http-status", field);
  }
});

test("another format is named as such", async () => {
  const { error } = await failure(changed("format", 2));
  assert.equal(error.code, "manifest-version");
  assert.match(error.message, /format 2, this loader reads format 1/);
});

describe("malformed", () => {
  const invalid = {
    format: [undefined, "1", null],
    name: [undefined, "", 5],
    abi: [undefined, "wasi", 1],
    go: [undefined, "js", []],
    "go.kind": [undefined, "library"],
    module: [undefined, null, "app.wasm"],
    "module.url": [undefined, "", 1, "http://[", "data:application/wasm,", "file:///etc/passwd", "javascript:0"],
    "module.size": [undefined, "1000", 0, -1, 1.5, 2 ** 32 + 1, 1e300],
    "module.sha256": [undefined, "", "4F".repeat(32), "4f".repeat(31), 5],
    "module.encodings": [undefined, null, []],
    "module.encodings.br": [null, "app.wasm.br"],
    "module.encodings.br.url": [undefined, ""],
    "module.encodings.gzip.size": [undefined, -5],
    "module.encodings.zstd.sha256": [undefined, "00"],
  };
  for (const [field, values] of Object.entries(invalid)) {
    test(field, async () => {
      for (const value of values) {
        const { error, requests } = await failure(changed(field, value));
        assert.equal(error.code, "manifest-invalid", JSON.stringify(value));
        assert.ok(error.message.includes(`malformed: ${field} must be`), error.message);
        assert.deepEqual(requests, ["/app.json"]);
      }
    });
  }

  test("not an object, not JSON", async () => {
    for (const text of ["[]", "null", "5", "", "{", "{'format': 1}"]) {
      assert.equal((await failure(text)).error.code, "manifest-invalid", text);
    }
  });
});
