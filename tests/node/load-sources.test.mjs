// What load() takes, and what it gives to do with a program.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, mock, test } from "node:test";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import { gzipSync } from "node:zlib";
import { load, preload } from "../../dist/index.js";
import { answerModule, brotli, negotiating, packed, plain, serve, WASM, whole } from "./load/fixture.mjs";
import { built, withoutGo } from "./load/programs.mjs";

const app = packed(answerModule());
mock.method(console, "warn", () => {});

async function viaOf(source, options) {
  const { exports, via } = await load(source, options);
  assert.equal(exports.answer(), 42);
  return via;
}

describe("sources", () => {
  const { module } = app;

  test("bytes of every kind, as they are and compressed", async () => {
    const small = brotli(answerModule(0));
    for (const bytes of [module, module.buffer, new DataView(module.buffer), Buffer.from(module)]) {
      assert.equal(await viaOf(bytes), "bytes");
    }
    const shared = new Uint8Array(new SharedArrayBuffer(module.length));
    shared.set(module);
    assert.equal(await viaOf(shared), "bytes");
    for (const bytes of [app.br, small]) assert.match(await viaOf(bytes), /decoder|decompression-stream/);
    assert.equal(await viaOf(app.gzip), "decompression-stream");
    for (const bytes of [new Uint8Array(), Uint8Array.of(1, 2, 3), app.br.subarray(0, 999), gzipSync("no wasm")]) {
      await assert.rejects(load(bytes), { name: "GowaspError" });
    }
  });

  test("a response, a promise of one, and what failed", async () => {
    const server = await serve({ ...negotiating(app), "/plain.wasm": whole(module, WASM) });
    assert.equal(await viaOf(await fetch(`${server.url}/app.json`)), "native");
    assert.equal(await viaOf(fetch(`${server.url}/plain.wasm`)), "native");
    assert.equal(await viaOf(Promise.resolve(new URL("app.json", server.url))), "native");
    assert.equal(await viaOf(new Response(module, { headers: WASM })), "native");
    await assert.rejects(load(fetch(`${server.url}/none`)), { code: "http-status", status: 404 });
    await assert.rejects(load(fetch("http://127.0.0.1:1/")), { code: "network" });
    const { code, message } = await load(new Response(JSON.stringify(app.manifest))).catch((error) => error);
    assert.deepEqual([code, message.includes(new URL("app.wasm", pathToFileURL("./")).href)], ["network", true]);
    const inline = `data:application/json,${JSON.stringify(app.manifest)}`;
    await assert.rejects(load(inline), { code: "invalid-option", message: /baseUrl/ });
    assert.equal(await viaOf(new Response(JSON.stringify(app.manifest)), { baseUrl: server.url }), "native");
  });

  test("modules of another realm, and of an import", async () => {
    const foreign = vm.runInNewContext("new WebAssembly.Module(bytes)", { bytes: module });
    assert.ok(!(foreign instanceof WebAssembly.Module));
    assert.equal(await viaOf(foreign), "module");
    assert.equal(await viaOf({ default: new WebAssembly.Module(module) }), "module");
  });

  test("data: addresses", async () => {
    const data = Buffer.from(answerModule(10)).toString("base64");
    assert.equal(await viaOf(`data:application/wasm;base64,${data}`), "bytes");
    await assert.rejects(load("data:application/wasm;base64,!"), { code: "invalid-option" });
    await assert.rejects(load("data:text/plain,hello"), { name: "GowaspError" });
  });

  test("compressed files, by address and by path", async () => {
    const server = await serve(plain(app));
    assert.match(await viaOf(`${server.url}/app.wasm.br`), /decoder|decompression-stream/);
    assert.equal(await viaOf(`${server.url}/app.wasm.gz`), "decompression-stream");
    const folder = mkdtempSync(join(tmpdir(), "gowasp-sources-"));
    after(() => rmSync(folder, { recursive: true }));
    for (const [name, bytes] of Object.entries({ "app.wasm.br": app.br, "app.wasm.gz": app.gzip })) {
      writeFileSync(join(folder, name), bytes);
      assert.equal(await viaOf(join(folder, name)), "file");
    }
  });

  test("what was preloaded is loaded once", async () => {
    const server = await serve(negotiating(app));
    await preload(`${server.url}/app.json`);
    assert.equal(server.requests.length, 2);
    assert.equal(await viaOf("app.json", { baseUrl: server.url }), "native");
    assert.equal(server.requests.length, 2);
    assert.equal(await viaOf(`${server.url}/app.json`), "native");
    assert.equal(server.requests.length, 4);
    await preload(`${server.url}/app.json`);
    await viaOf(`${server.url}/app.json`, { integrity: true });
    assert.equal(server.requests.length, 8, "what was checked less is not taken");
    await assert.rejects(preload(`${server.url}/none.json`), { code: "http-status" });
    await assert.rejects(load(`${server.url}/none.json`), { code: "http-status" });
  });
});

describe("a program that offers functions", { skip: withoutGo }, () => {
  const program = () => new WebAssembly.Module(readFileSync(built("later")));
  const quiet = { stdout() {}, stderr() {} };

  test("is ready when it has set a name", async () => {
    const own = { global: { add: undefined } };
    const app = await load(program(), { ...own, ...quiet, ready: "add" });
    assert.equal(app.scope.add(40, 2), 42);
    assert.equal(await app.call("add", 1, 2), 3);
    assert.equal(await app.call("slowly", 4), 8);
    await assert.rejects(app.call("nothing"), { code: "no-function" });
    await assert.rejects(app.call("run"), { code: "no-function" });
    app.kill();
    delete globalThis.slowly;
  });

  test("or when a function says so", async () => {
    const app = await load(program(), { ...quiet, ready: (scope) => typeof scope.slowly === "function" });
    assert.equal(typeof globalThis.slowly, "function");
    app.kill();
    for (const name of ["add", "slowly"]) delete globalThis[name];
  });

  test("what another has left does not count", async () => {
    globalThis.add = () => 0;
    const app = await load(program(), { ...quiet, ready: "add" });
    assert.equal(await app.call("add", 1, 1), 2);
    app.kill();
    for (const name of ["add", "slowly"]) delete globalThis[name];
  });

  test("one that ends before is an error, and so is a signal", async () => {
    await assert.rejects(load(program(), { ...quiet, args: ["exit"], ready: "add" }), {
      code: "exited",
      message: /code 3 before it was ready/,
    });
    const signal = AbortSignal.timeout(50);
    await assert.rejects(load(program(), { ...quiet, ready: "never", signal }), { code: "aborted" });
    const ready = () => {
      throw new Error("broken");
    };
    await assert.rejects(load(program(), { ...quiet, ready }), {
      code: "invalid-option",
      message: /ready threw: broken/,
    });
  });

  test("a call of one that ends is no wait for ever", async () => {
    const app = await load(program(), { ...quiet, ready: "slowly" });
    const answer = app.call("slowly", 1, 1000);
    app.kill();
    await assert.rejects(answer, { code: "exited", message: /137/ });
    for (const name of ["add", "slowly"]) delete globalThis[name];
  });
});
