// Every wrong option is named with what was expected, and every wrong source is told in a line.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { GowaspError, load, preload } from "../../dist/index.js";
import { answerModule } from "./load/fixture.mjs";

const module = new WebAssembly.Module(answerModule(0));

async function refused(source, options) {
  const error = await load(source, options).then(
    () => assert.fail(`it was loaded: ${JSON.stringify(options)}`),
    (error) => error,
  );
  assert.ok(error instanceof GowaspError, String(error));
  assert.equal(error.code, "invalid-option", error.message);
  assert.ok(error.message.length < 250 && !error.message.includes("\n"), error.message);
  return error.message;
}

const WRONG = {
  args: ["abc", [1], null],
  env: ["abc", { A: 1 }],
  stdin: [5, {}],
  stdout: ["inherit", {}],
  stderr: ["inherit"],
  fs: ["deno", 5],
  gcFirstHeap: [65535, 2 ** 32, 1.5, "32MB"],
  preopens: ["/"],
  process: [5],
  path: ["/"],
  global: ["window"],
  onProgress: [true],
  signal: [{}, "abort"],
  integrity: ["sha256", "sha1-AAAA", 1, `sha256-AAAA sha256-BBBB`],
  allowOrigins: ["https://example.com", [1]],
  cache: ["no", 0],
  baseUrl: [5, {}],
  imports: ["env"],
  start: [{}],
  symbolicate: ["yes", 1],
  worker: ["yes", 1],
  ready: ["", 5],
  until: ["done"],
  decoderUrl: [5],
  workerUrl: [{}],
  use: ["decoder", [{}], {}],
  retries: [-1, 1.5, "3", Number.POSITIVE_INFINITY],
  stallTimeout: [0, 2 ** 31, "1s"],
  fetchPriority: ["urgent"],
};

describe("options", () => {
  for (const [name, values] of Object.entries(WRONG)) {
    test(name, async () => {
      for (const value of values) {
        assert.match(await refused(module, { [name]: value }), new RegExp(`^the option ${name} must be .+, not .+`));
      }
    });
  }

  test("the table above has all of them", () => {
    const types = readFileSync(new URL("../../loader/ts/check.ts", import.meta.url), "utf8");
    const [, table = ""] = /const OPTIONS.*?= \{(.*?)\n\};/s.exec(types) ?? [];
    const names = [...table.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name);
    assert.deepEqual(names.toSorted(), Object.keys(WRONG).toSorted());
  });

  test("ones that there are not, with what was meant", async () => {
    assert.equal(await refused(module, { stdOut: () => {} }), "there is no option stdOut; did you mean stdout?");
    assert.equal(await refused(module, { argz: [] }), "there is no option argz; did you mean args?");
    assert.equal(await refused(module, { wibble: 1 }), "there is no option wibble");
    assert.match(await refused(module, JSON.parse('{"__proto__": 1}')), /no option __proto__/);
    assert.match(await refused(module, { toString: 1 }), /no option toString/);
  });

  test("undefined is as good as left out; no object is none", async () => {
    assert.equal((await load(module, { args: undefined, nothing: undefined })).exports.answer(), 42);
    for (const options of [5, "worker", null]) await refused(module, options);
  });

  test("what is for a worker, or stays on the page", async () => {
    assert.match(await refused(module, { until: "idle" }), /until is for worker: true/);
    for (const options of [{ fs: {} }, { imports: {} }, { start() {} }, { global: {} }, { ready: () => true }]) {
      assert.match(await refused(module, { worker: true, ...options }), /cannot be used with worker: true/);
    }
  });
});

describe("sources", () => {
  test("that are none", async () => {
    for (const source of [undefined, null, 5, true, {}, [], () => {}, Symbol("s"), { default: {} }, new Map()]) {
      assert.match(
        await refused(source),
        /^load\(\) takes an address, a Response, bytes or a WebAssembly\.Module, not /,
      );
    }
    await refused("http://[");
    await refused("app.json", { baseUrl: "nonsense" });
    await refused({ [Symbol.toStringTag]: "WebAssembly.Module" });
  });

  test("that look like secrets are not quoted", async () => {
    assert.doesNotMatch(await refused("http://[hunter2"), /hunter/);
  });

  test("preload() takes addresses, and options as load() does", async () => {
    await assert.rejects(preload(/** @type {any} */ (module)), { code: "invalid-option" });
    await assert.rejects(preload("app.json", /** @type {any} */ ({ stdOut: 1 })), { code: "invalid-option" });
  });
});
