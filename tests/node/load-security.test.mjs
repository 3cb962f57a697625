// What must be checked is, whatever the way it takes; and what nobody checked is kept nowhere.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, mock, test } from "node:test";
import { load } from "../../dist/index.js";
import { redirect } from "./load/faults.mjs";
import { answerModule, brotli, negotiating, packed, plain, serve, WASM, WASM_BR, whole } from "./load/fixture.mjs";

const app = packed(answerModule());
const manifestText = JSON.stringify(app.manifest);
const forged = answerModule();
forged[forged.length - 1] ^= 1;
mock.method(console, "warn", () => {});

const sri = (/** @type {Uint8Array | string} */ bytes, name = "sha256") =>
  `${name}-${createHash(name).update(bytes).digest("base64")}`;

/** The code and message of the error. */
async function refused(source, options) {
  const error = await load(source, options).then(
    () => assert.fail("it was loaded"),
    (error) => error,
  );
  assert.equal(error.name, "GowaspError", String(error));
  return error;
}

describe("redirects count as where they lead", () => {
  test("a module that comes from another origin is checked", async () => {
    const other = await serve({ "/app.wasm": whole(brotli(forged), WASM_BR), "/good.wasm": whole(app.br, WASM_BR) });
    const routes = negotiating(app);
    const server = await serve({ ...routes, "/app.wasm": redirect(`${other.url}/app.wasm`) });
    assert.equal((await refused(`${server.url}/app.json`)).code, "integrity");
    const good = await serve({ ...routes, "/app.wasm": redirect(`${other.url}/good.wasm`) });
    assert.equal((await load(`${good.url}/app.json`)).exports.answer(), 42);
  });

  test("and so is one on the page's origin when its manifest comes from another", async () => {
    const server = await serve({ "/app.wasm": whole(brotli(forged), WASM_BR) });
    const manifest = { ...app.manifest, module: { ...app.manifest.module, url: `${server.url}/app.wasm` } };
    const other = await serve({ "/app.json": whole(JSON.stringify(manifest)) });
    const start = await serve({ "/app.json": redirect(`${other.url}/app.json`) });
    assert.equal((await refused(`${start.url}/app.json`)).code, "manifest-invalid");
    const { code } = await refused(`${start.url}/app.json`, { allowOrigins: [server.url] });
    assert.equal(code, "integrity");
  });
});

describe("integrity: true", () => {
  test("is refused where there is nothing to check by", async () => {
    const server = await serve({
      "/app.wasm": whole(app.module, WASM),
      "/plain": whole(app.module),
      "/app.json": whole(manifestText, WASM),
    });
    for (const path of ["/app.wasm", "/plain", "/app.json"]) {
      const error = await refused(server.url + path, { integrity: true });
      assert.equal(error.code, "invalid-option", path);
      assert.match(error.message, /nothing to check/);
    }
    for (const source of [app.module, new WebAssembly.Module(app.module)]) {
      assert.equal((await refused(source, { integrity: true })).code, "invalid-option");
    }
  });

  test("checks what the browser decodes", async () => {
    const server = await serve({ ...negotiating(app), "/app.wasm": whole(brotli(forged), WASM_BR) });
    assert.equal((await refused(`${server.url}/app.json`, { integrity: true })).code, "integrity");
  });
});

describe("integrity: a hash", () => {
  test("of the manifest: it, and then the module, are checked", async () => {
    const routes = negotiating(app);
    const good = await serve(routes);
    for (const name of ["sha256", "sha384", "sha512"]) {
      const { exports } = await load(`${good.url}/app.json`, { integrity: sri(manifestText, name) });
      assert.equal(exports.answer(), 42);
    }
    const { code, message } = await refused(`${good.url}/app.json`, { integrity: sri("another") });
    assert.equal(code, "integrity");
    assert.match(message, /the option integrity says/);
    const bad = await serve({ ...routes, "/app.wasm": whole(brotli(forged), WASM_BR) });
    assert.equal((await refused(`${bad.url}/app.json`, { integrity: sri(manifestText) })).code, "integrity");
  });

  test("of a module, however it comes", async () => {
    const server = await serve({
      "/native": whole(app.module, WASM),
      "/untyped": whole(app.module),
      "/app.wasm.br": whole(app.br),
      "/app.wasm.gz": whole(app.gzip),
      "/forged": whole(forged, WASM),
    });
    const integrity = sri(app.module);
    for (const path of ["/native", "/untyped", "/app.wasm.br", "/app.wasm.gz"]) {
      assert.equal((await load(server.url + path, { integrity })).exports.answer(), 42, path);
      assert.equal((await refused(server.url + path, { integrity: sri(forged) })).code, "integrity", path);
    }
    assert.equal((await load(app.module, { integrity })).exports.answer(), 42);
    assert.equal((await refused(forged, { integrity })).code, "integrity");
    assert.equal((await refused(`${server.url}/forged`, { integrity })).code, "integrity");
    assert.equal((await refused(new WebAssembly.Module(app.module), { integrity })).code, "invalid-option");
  });
});

describe("messages", () => {
  test("hold nothing of a file that is no manifest", async () => {
    for (const text of ["hunter2 is the password", '"hunter2"', '{"format": "hunter2"}', "<hunter2", "[hunter2"]) {
      const server = await serve({ "/secrets": whole(text) });
      const error = await refused(`${server.url}/secrets`);
      assert.doesNotMatch(`${error.message} ${error.cause}`, /hunter/, text);
    }
  });

  test("hold neither query nor user of an address", async () => {
    const server = await serve(plain(app));
    const { port } = new URL(server.url);
    const queried = await refused(`http://127.0.0.1:${port}/none.json?token=hunter2`);
    assert.equal(queried.code, "http-status");
    assert.match(queried.message, /\/none\.json was answered/);
    const user = await refused(`http://me:hunter2@127.0.0.1:${port}/app.json`);
    assert.equal(user.code, "invalid-option");
    for (const { message, cause } of [queried, user]) assert.doesNotMatch(`${message} ${cause}`, /hunter/);
  });
});

describe("files of this machine", () => {
  const folder = mkdtempSync(join(tmpdir(), "gowasp-security-"));
  after(() => rmSync(folder, { recursive: true }));

  test("one that never ends is not read to its end", { skip: process.platform === "win32" }, async () => {
    const before = process.memoryUsage.rss();
    for (const path of ["/dev/zero", "/dev/urandom"]) {
      assert.match((await refused(path)).code, /too-large|manifest-invalid/);
    }
    assert.ok(process.memoryUsage.rss() - before < 200e6);
  });

  test("the signal stops reading", { skip: process.platform === "win32" }, async () => {
    const path = join(folder, "app.json");
    const module = { ...app.manifest.module, url: "/dev/zero", encodings: {} };
    writeFileSync(path, JSON.stringify({ ...app.manifest, module }));
    assert.equal((await refused(path)).code, "not-wasm");
    const error = await refused("/dev/zero", { signal: AbortSignal.abort() });
    assert.equal(error.code, "aborted");
  });

  test("a manifest may not name another machine's", async () => {
    const path = join(folder, "remote.json");
    for (const url of ["file://host/share/app.wasm", "https://example.com/app.wasm"]) {
      writeFileSync(path, JSON.stringify({ ...app.manifest, module: { ...app.manifest.module, url } }));
      assert.equal((await refused(path)).code, "manifest-invalid");
    }
  });
});

describe("hostile manifests", () => {
  const withModule = (changes) => JSON.stringify({ ...app.manifest, module: { ...app.manifest.module, ...changes } });

  test("other origins, users, very long addresses and names are refused", async () => {
    const texts = [
      withModule({ url: "https://example.com/app.wasm" }),
      withModule({ url: "//example.com/app.wasm" }),
      withModule({ url: "http://me:secret@example.com/app.wasm" }),
      withModule({ url: `app.wasm?${"x".repeat(3000)}` }),
      withModule({
        encodings: { br: { ...app.manifest.module.encodings.br, url: "https://example.com/app.wasm.br" } },
      }),
      JSON.stringify({ ...app.manifest, name: "x".repeat(300) }),
    ];
    for (const text of texts) {
      const server = await serve({ ...plain(app), "/app.json": whole(text) });
      assert.equal((await refused(`${server.url}/app.json`)).code, "manifest-invalid", text.slice(0, 200));
      assert.deepEqual(server.requests, ["/app.json"]);
    }
  });

  test("keys of prototypes are keys like others", async () => {
    const text = manifestText.replace("{", '{"__proto__": {"format": 2}, "constructor": 1, "toString": {},');
    const server = await serve({ ...plain(app), "/app.json": whole(text) });
    assert.equal((await load(`${server.url}/app.json`)).exports.answer(), 42);
    const { format: _, ...rest } = app.manifest;
    const inherited = await serve({
      "/app.json": whole(`{"__proto__": {"format": 1}, ${JSON.stringify(rest).slice(1)}`),
    });
    assert.equal((await refused(`${inherited.url}/app.json`)).code, "manifest-invalid");
  });

  test("what the page has put on Object.prototype is no field", async () => {
    const { format: _, ...rest } = app.manifest;
    const server = await serve({ ...plain(app), "/app.json": whole(JSON.stringify(rest)) });
    Object.defineProperty(Object.prototype, "format", { value: 1, configurable: true });
    try {
      assert.equal((await refused(`${server.url}/app.json`)).code, "manifest-invalid");
    } finally {
      delete Object.prototype.format;
    }
  });
});
