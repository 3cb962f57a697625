// What servers and files do wrong: each has its code, says where, and leaves nothing running.

import assert from "node:assert/strict";
import { before, describe, mock, test } from "node:test";
import { GowaspError, load } from "../../dist/index.js";
import {
  answerModule,
  broken,
  brotli,
  endless,
  importingModule,
  negotiating,
  packed,
  plain,
  serve,
  sha256,
  WASM,
  WASM_BR,
  whole,
} from "./load/fixture.mjs";

const app = packed(answerModule());
const HTML = whole("<!doctype html><title>Home</title>", { "content-type": "text/html" });

before(() => mock.method(console, "warn", () => {}));

/** Loads `/app.json` from a server with these routes and returns the error, which must name an address. */
async function failure(routes, options, path = "/app.json") {
  const server = await serve(routes);
  const error = await load(server.url + path, options).then(
    () => assert.fail("it was loaded"),
    (error) => error,
  );
  assert.ok(error instanceof GowaspError, String(error));
  assert.equal(await server.busy(), 0, "an answer is still being sent");
  return error;
}

/** The manifest with other values for the module. */
const withModule = (changes) => ({
  ...app,
  manifest: { ...app.manifest, module: { ...app.manifest.module, ...changes } },
});

describe("manifest and addresses", () => {
  test("nobody answers", async () => {
    const error = await load("http://127.0.0.1:1/app.json").catch((error) => error);
    assert.equal(error.code, "network");
    assert.match(error.message, /http:\/\/127\.0\.0\.1:1\/app\.json/);
    assert.ok(error.cause instanceof Error);
  });

  test("no manifest, no module", async () => {
    assert.equal((await failure({})).code, "http-status");
    const { "/app.json": manifest } = plain(app);
    const error = await failure({ "/app.json": manifest });
    assert.equal(error.code, "http-status");
    assert.match(error.message, /app\.wasm was answered with status 404/);
  });

  test("an index page in place of the manifest", async () => {
    const error = await failure({ "/app.json": HTML });
    assert.equal(error.code, "manifest-invalid");
    assert.match(error.message, /HTML/);
  });

  test("an index page in place of a module without manifest", async () => {
    assert.equal((await failure({ "/app.wasm": HTML }, {}, "/app.wasm")).code, "not-wasm");
  });

  test("a manifest without end", async () => {
    assert.equal((await failure({ "/app.json": endless(" ".repeat(3 << 20)) })).code, "too-large");
  });

  test("no address at all", async () => {
    await assert.rejects(load("app.json", { baseUrl: "nonsense" }), { code: "invalid-option" });
    await assert.rejects(load("http://["), { code: "invalid-option" });
  });
});

describe("native path", () => {
  const wrong = answerModule();
  wrong[wrong.length - 1] ^= 1;

  const cases = {
    "an index page": ["not-wasm", HTML],
    "an index page of wasm's type": ["not-wasm", whole("<!doctype html>", WASM)],
    "a module that ends early": ["truncated", whole(brotli(app.module.subarray(0, 100_000)), WASM_BR)],
    "a connection that breaks": ["truncated", broken(app.br, WASM_BR)],
    "more than the manifest says": ["too-large", whole(brotli(Buffer.concat([app.module, app.module])), WASM_BR)],
    "other bytes of the same size": ["integrity", whole(brotli(wrong), WASM_BR)],
  };
  for (const [name, [code, answer]] of Object.entries(cases)) {
    test(`${name}, checked`, async () => {
      const error = await failure({ ...negotiating(app), "/app.wasm": answer }, { integrity: true });
      assert.equal(error.code, code, error.message);
      assert.match(error.message, /\/app\.wasm/);
    });
    // The engine notices these itself, and the reason is looked for afterwards.
    if (code !== "integrity") {
      test(`${name}, by default`, async () => {
        assert.equal((await failure({ ...negotiating(app), "/app.wasm": answer })).code, code);
      });
    }
  }

  test("other bytes run when nobody asked for a check, on the manifest's own origin only", async () => {
    const server = await serve({ ...negotiating(app), "/app.wasm": whole(brotli(wrong), WASM_BR) });
    assert.equal((await load(`${server.url}/app.json`)).exports.answer(), 42);
    const foreign = negotiating(withModule({ url: `${server.url}/app.wasm` }));
    assert.equal((await failure(foreign, { allowOrigins: [server.url] })).code, "integrity");
    const refused = await failure(foreign);
    assert.equal(refused.code, "manifest-invalid");
    assert.match(refused.message, /module\.url must be on the manifest's own origin .* allowOrigins/);
  });

  test("bytes that are what the manifest says but no valid module", async () => {
    const invalid = answerModule();
    invalid[8] = 99; // no such section
    const error = await failure(negotiating(packed(invalid)), { integrity: true });
    assert.equal(error.code, "compile");
    assert.ok(error.cause instanceof WebAssembly.CompileError);
  });
});

describe("fallback path", () => {
  const damaged = Buffer.from(app.br);
  damaged.fill(0x55, 1000, 1100);
  const bomb = brotli(Buffer.concat([app.module, new Uint8Array(100_000_000)]));

  const cases = {
    "a file that ends early": ["truncated", whole(app.br.subarray(0, 5000))],
    "a connection that breaks": ["truncated", broken(app.br)],
    "an empty file": ["truncated", whole("")],
    "a decompression bomb": ["too-large", whole(bomb)],
    "a damaged file": ["decode", whole(damaged)],
    "something else": ["decode", whole("plain text, or whatever else there may be")],
    "bytes after the end": ["decode", whole(Buffer.concat([app.br, Buffer.from("x")]))],
    "a shorter module": ["truncated", whole(brotli(app.module.subarray(0, 100_000)))],
    "brotli of something else": ["not-wasm", whole(brotli(Buffer.from("<!doctype html>".padEnd(1000))))],
  };
  for (const [name, [code, answer]] of Object.entries(cases)) {
    test(name, async () => {
      const error = await failure({ ...plain(app), "/app.wasm.br": answer });
      assert.equal(error.code, code, error.message);
      assert.match(error.message, /\/app\.wasm\.br/);
    });
  }

  test("other bytes of the same size, unless told not to look", async () => {
    const routes = plain(withModule({ sha256: sha256(new Uint8Array()) }));
    assert.equal((await failure(routes)).code, "integrity");
    const server = await serve(routes);
    assert.equal((await load(`${server.url}/app.json`, { integrity: false })).via, "decoder");
  });

  test("damaged, too large and broken off gzip, decoded by the host", async () => {
    const gzipOnly = withModule({ encodings: { gzip: app.manifest.module.encodings.gzip } });
    const cases = {
      decode: whole(app.gzip.subarray(0, 3000)),
      "too-large": whole(packed(answerModule(500_000)).gzip),
      truncated: broken(app.gzip),
    };
    for (const [code, answer] of Object.entries(cases)) {
      const error = await failure({ ...plain(gzipOnly), "/app.wasm.gz": answer });
      assert.equal(error.code, code, error.message);
    }
  });
});

describe("aborting", () => {
  const stages = {
    "before it began": [{}, AbortSignal.abort()],
    "while the manifest comes": [{ "/app.json": endless("{") }],
    "while a module comes": [{ ...negotiating(app), "/app.wasm": endless(app.br.subarray(0, 9000), WASM_BR) }],
    "while an encoded file comes": [{ ...plain(app), "/app.wasm.br": endless(app.br.subarray(0, 9000)) }],
    "before the headers": [{ ...plain(app), "/app.wasm": () => {} }],
  };
  for (const [name, [routes, signal]] of Object.entries(stages)) {
    for (const onProgress of [undefined, () => {}]) {
      test(`${name}${onProgress ? ", with progress" : ""}`, async () => {
        const error = await failure(routes, { signal: signal ?? AbortSignal.timeout(150), onProgress });
        assert.equal(error.code, "aborted");
        assert.match(String(error.cause), signal ? /AbortError/ : /TimeoutError/);
      });
    }
  }

  test("when all is there, before it runs", async () => {
    const server = await serve(negotiating(app));
    const stop = new AbortController();
    const onProgress = ({ phase }) => phase === "run" && stop.abort();
    let started = false;
    const start = () => {
      started = true;
    };
    await assert.rejects(load(`${server.url}/app.json`, { signal: stop.signal, onProgress, start }), {
      code: "aborted",
    });
    assert.equal(started, false);
  });

  test("not once it runs", async () => {
    const stop = new AbortController();
    const { exports } = await load(new WebAssembly.Module(app.module), { signal: stop.signal });
    stop.abort();
    assert.equal(exports.answer(), 42);
  });
});

describe("imports", () => {
  const module = new WebAssembly.Module(importingModule());
  const memory = (initial) => new WebAssembly.Memory({ initial });

  test("missing ones are named, with the option to pass", async () => {
    await assert.rejects(load(module), { code: "unsupported-abi", message: /imports from env.*option imports/ });
    const wasi = answerModule(0);
    assert.equal((await load(new WebAssembly.Module(wasi))).exports.answer(), 42);
  });

  test("a memory that is too small, or none", async () => {
    const give = () => 7;
    for (const env of [{ give, memory: memory(1) }, { give }, { memory: memory(2) }]) {
      await assert.rejects(load(module, { imports: { env } }), { code: "instantiate" });
    }
    const { exports } = await load(module, { imports: { env: { give, memory: memory(2) } } });
    assert.equal(exports.give(), 7);
  });

  test("functions reach the memory through the function form", async () => {
    const imports = (memoryOf) => ({ env: { memory: memory(2), give: () => memoryOf().buffer.byteLength } });
    const { exports } = await load(module, { imports });
    assert.equal(exports.give(), 2 * 65_536);
  });

  test("start runs the module and gives the exit code; kill ends the wait for it", async () => {
    const options = { imports: { env: { give: () => 5, memory: memory(2) } } };
    const app = await load(module, { ...options, start: ({ exports }) => exports.give() });
    assert.equal(await app.exited, 5);
    const waiting = await load(module, { ...options, start: () => new Promise(() => {}) });
    waiting.kill();
    assert.equal(await waiting.exited, 137);
  });
});
