// What a browser's user gets when something else is deployed than was meant: an error with a stable code, at once.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { freshPages } from "../harness/pages/fresh.mjs";
import { loadIn } from "../harness/pages/load.mjs";
import { answerModule, brotli, manifestOf } from "../harness/pages/module.mjs";
import { bytes, notFound, startServer } from "../harness/pages/server.mjs";

const raw = answerModule();
const br = brotli(raw);
const wasm = "application/wasm";
const json = "application/json";

/** @type {import("playwright-core").Page} */
let page;
/** @type {import("../harness/pages/server.mjs").TestServer} */
let server;

freshPages((ofTest, itsServer) => {
  page = ofTest;
  server = itsServer;
});

/** A host that negotiates: the module's address answers with its brotli file. */
function negotiating(/** @type {Buffer} */ encoded = br, /** @type {object} */ changes = {}) {
  server.answers.set("/app.json", bytes(manifestOf(raw, br, changes), json));
  server.answers.set("/app.wasm", bytes(encoded, wasm, { "Content-Encoding": "br" }));
}

/** A host that does not: the loader decodes `app.wasm.br` itself. */
function plain(/** @type {Buffer} */ encoded = br, /** @type {object} */ changes = {}) {
  server.answers.set("/app.json", bytes(manifestOf(raw, br, changes), json));
  server.answers.set("/app.wasm", bytes(raw, wasm));
  server.answers.set("/app.wasm.br", bytes(encoded, "application/octet-stream"));
}

async function expectError(/** @type {string} */ code, /** @type {RegExp} */ message, options = {}) {
  const result = await loadIn(page, "app.json", options);
  assert.equal(result.kind, "GowaspError", JSON.stringify(result));
  assert.equal(result.code, code, result.message);
  assert.match(result.message ?? "", message);
}

describe("manifest", () => {
  test("good: both kinds of hosts run the module", async () => {
    negotiating();
    const native = await loadIn(page, "app.json");
    assert.deepEqual([native.via, native.answer], ["native", 42], native.message);
    plain();
    const decoded = await loadIn(page, "app.json");
    assert.deepEqual([decoded.via, decoded.answer], ["decoder", 42], decoded.message);
  });

  test("missing", async () => {
    await expectError("http-status", /app\.json.*404/);
  });

  test("an HTML page in its place", async () => {
    server.answers.set("/app.json", bytes("<!doctype html>", "text/html"));
    await expectError("manifest-invalid", /app\.json/);
  });

  test("of a later format", async () => {
    server.answers.set("/app.json", bytes('{"format":2}', json));
    await expectError("manifest-version", /2/);
  });

  test("of another origin that forbids reading", async () => {
    const other = await startServer();
    other.answers.set("/app.json", bytes(manifestOf(raw), json));
    const result = await loadIn(page, `${other.url}app.json`);
    await other.close();
    assert.equal(result.code, "network", result.message);
  });
});

describe("module sent by a host that compresses", () => {
  test("missing", async () => {
    server.answers.set("/app.json", bytes(manifestOf(raw, br), json));
    await expectError("http-status", /app\.wasm.*404/);
  });

  test("an HTML page in its place", async () => {
    negotiating();
    server.answers.set("/app.wasm", bytes("<!doctype html>", "text/html"));
    await expectError("not-wasm", /HTML/);
  });

  test("connection broken half-way", async () => {
    negotiating();
    server.answers.set("/app.wasm", (_, response) => {
      response.writeHead(200, { "Content-Type": wasm, "Content-Encoding": "br", "Content-Length": br.length });
      response.write(br.subarray(0, br.length / 2), () => response.destroy());
    });
    await expectError("truncated", /app\.wasm/);
  });

  test("another release than the manifest's", async () => {
    const other = answerModule(200_000);
    negotiating(brotli(other));
    await expectError("truncated", /of 300/);
  });

  test("one bit changed, with integrity on", async () => {
    const changed = Buffer.from(raw);
    changed[changed.length - 1] ^= 1;
    negotiating(brotli(changed));
    await expectError("integrity", /SHA-256/, { integrity: true });
  });
});

describe("module sent by a host that does not compress", () => {
  test("brotli file cut short", async () => {
    plain(br.subarray(0, br.length - 100));
    await expectError("truncated", /app\.wasm\.br/);
  });

  test("brotli file damaged", async () => {
    const damaged = Buffer.from(br);
    damaged.fill(0xff, 1000, 1100);
    plain(damaged);
    await expectError("decode", /app\.wasm\.br/);
  });

  test("one bit of the module changed", async () => {
    const changed = Buffer.from(raw);
    changed[changed.length - 1] ^= 1;
    plain(brotli(changed));
    await expectError("integrity", /SHA-256/);
  });

  test("decompression bomb: reading stops at the manifest's size", async () => {
    const bomb = brotli(Buffer.concat([raw, Buffer.alloc(200_000_000)]));
    plain(bomb);
    await expectError("too-large", /app\.wasm\.br/);
  });

  test("brotli file not deployed: the module itself is loaded", async () => {
    plain();
    server.answers.set("/app.wasm.br", notFound);
    const result = await loadIn(page, "app.json");
    assert.deepEqual([result.via, result.answer], ["native", 42], result.message);
  });

  for (const name of ["decoder_bg.wasm", "fallback.js"]) {
    test(`${name} not deployed: the module itself is loaded`, async () => {
      plain();
      server.answers.set(`/gowasp/${name}`, notFound);
      const result = await loadIn(page, "app.json");
      assert.deepEqual([result.via, result.answer], ["native", 42], result.message);
    });
  }
});

describe("a body that never ends", () => {
  for (const [name, path, encoding] of /** @type {const} */ ([
    ["from a host that compresses", "/app.wasm", "br"],
    ["through the decoder", "/app.wasm.br", undefined],
  ])) {
    test(`${name}: the signal ends it, and the connection`, async () => {
      if (encoding) negotiating();
      else plain();
      /** @type {Promise<void>} */
      const closed = new Promise((done) => {
        server.answers.set(path, (_, response) => {
          const headers = { "Content-Type": wasm, "Content-Length": br.length };
          response.writeHead(200, encoding ? { ...headers, "Content-Encoding": encoding } : headers);
          response.write(br.subarray(0, br.length / 2));
          response.on("close", () => done());
        });
      });
      await expectError("aborted", /signal/, { timeout: 500 });
      await closed;
    });
  }
});
