// Programs in a web worker of their own: `load(source, { worker: true })`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, beforeEach, describe, test } from "node:test";
import { launchChromium } from "../../scripts/chromium.mjs";
import { bytes, startServer } from "../harness/pages/server.mjs";
import { built, withoutGo } from "../node/load/programs.mjs";

describe("worker: true", { skip: withoutGo }, () => {
  /** @type {import("playwright-core").Browser} */
  let browser;
  /** @type {import("playwright-core").Page} */
  let page;
  /** @type {import("../harness/pages/server.mjs").TestServer} */
  let server;

  before(async () => {
    browser = await launchChromium();
    server = await startServer();
    for (const name of ["echo", "hostile", "later"]) {
      server.answers.set(`/${name}.wasm`, bytes(readFileSync(built(name)), "application/wasm"));
    }
  });
  after(async () => {
    await browser.close();
    await server.close();
  });
  beforeEach(async () => {
    page = await browser.newPage();
    await page.goto(server.url);
  });

  /** Runs the function's text in the page, with `load` and a `text(chunks)` in reach. */
  const inPage = (/** @type {string} */ body) =>
    page.evaluate(`(async () => {
      const { load, GowaspError } = await import("/gowasp/index.js");
      const text = async (chunks) => new Blob(chunks).text();
      const failed = (error) => [error instanceof GowaspError, error.code, error.message];
      ${body}
    })()`);

  /** The browser reports the end of a worker a moment later. */
  async function noWorkers() {
    for (let wait = 0; wait < 100 && page.workers().length > 0; wait++) await page.waitForTimeout(20);
    assert.equal(page.workers().length, 0);
  }

  test("a program gets its options and reports its output, progress and exit code", async () => {
    const result = await inPage(`
      const out = [], err = [], phases = new Set();
      const app = await load("echo.wasm", {
        worker: true, args: ["a"], env: { GREETING: "hi" }, stdin: "input",
        stdout: (chunk) => out.push(chunk), stderr: (chunk) => err.push(chunk),
        onProgress: ({ phase }) => phases.add(phase),
      });
      return [await app.exited, await text(out), await text(err), [...phases], app.via, Object.keys(app)];`);
    assert.deepEqual(result, [
      3,
      '["js" "a"] "hi" "input"\n',
      "to stderr\n",
      ["download", "compile", "run"],
      "native",
      ["exited", "failure", "via", "symbolicate", "kill"],
    ]);
  });

  for (const [name, stdin] of Object.entries({
    "a stream": 'new Blob(["in", "put"]).stream()',
    "a function":
      '(() => { const rest = [..."input"]; return (max) => rest.length ? new TextEncoder().encode(rest.shift()) : null; })()',
    bytes: 'new TextEncoder().encode("input")',
  })) {
    test(`standard input from ${name}`, async () => {
      const result = await inPage(`
        const out = [];
        const app = await load("echo.wasm", { worker: true, stdin: ${stdin}, stdout: (chunk) => out.push(chunk) });
        return [await app.exited, await text(out)];`);
      assert.deepEqual(result, [3, '["js"] "" "input"\n']);
    });
  }

  test("kill ends the worker, whatever the program does", async () => {
    const code = await inPage(`
      const app = await load("echo.wasm", { worker: true, args: ["sleep"] });
      app.kill();
      return app.exited;`);
    assert.equal(code, 137);
    await noWorkers();
  });

  test("a compiled module is handed over", async () => {
    const code = await inPage(`
      const module = await WebAssembly.compileStreaming(fetch("echo.wasm"));
      const app = await load(module, { worker: true, stdin: "" });
      return [app.via, await app.exited];`);
    assert.deepEqual(code, ["module", 3]);
  });

  test("failures keep their code, and leave no worker", async () => {
    const missing = await inPage('return load("missing.json", { worker: true }).then(() => null, failed);');
    assert.deepEqual(missing.slice(0, 2), [true, "http-status"]);
    const abort = await inPage(`
      return load("echo.wasm", { worker: true, signal: AbortSignal.timeout(0) }).then(() => null, failed);`);
    assert.deepEqual(abort.slice(0, 2), [true, "aborted"]);
    await noWorkers();
  });

  test("a busy program can be stopped: load() resolves when it begins", async () => {
    const code = await inPage(`
      const app = await load("hostile.wasm", { worker: true, args: ["loop"] });
      app.kill();
      return app.exited;`);
    assert.equal(code, 137);
    await noWorkers();
  });

  test("until: idle and ready wait for more than the beginning", async () => {
    const result = await inPage(`
      const out = [];
      const stdout = (chunk) => out.push(chunk);
      const idle = await load("echo.wasm", { worker: true, args: ["sleep"], stdout, until: "idle" });
      const early = await text(out);
      idle.kill();
      const ready = await load("later.wasm", { worker: true, ready: "add" });
      ready.kill();
      const never = await load("later.wasm", { worker: true, args: ["exit"], ready: "add" }).then(() => null, failed);
      return [early, await ready.exited, never.slice(0, 2)];`);
    assert.deepEqual(result, ["sleeping\n", 137, [true, "exited"]]);
    await noWorkers();
  });

  test("failure says what the program died of, with text and trace", async () => {
    const result = await inPage(`
      const quiet = { worker: true, stderr() {} };
      const panicked = await load("hostile.wasm", quiet);
      const code = await panicked.exited;
      const thrown = await load("hostile.wasm", { ...quiet, args: ["throw"] });
      const before = thrown.failure;
      const error = await thrown.exited.catch((error) => error);
      const ended = await load("echo.wasm", { ...quiet, stdin: "" });
      await ended.exited;
      return [code, failed(panicked.failure), panicked.failure.stack, before, failed(error), error === thrown.failure, ended.failure];`);
    const [code, panicked, trace, before, thrown, isSame, ended] = result;
    const text = "panic: runtime error: index out of range [1] with length 1";
    assert.deepEqual([code, panicked], [2, [true, "panic", text]]);
    assert.match(trace, /^GowaspError: panic: .*\n\ngoroutine 1 \[running\]:\nmain\.main/);
    assert.deepEqual([before, thrown.slice(0, 2), isSame, ended], [undefined, [true, "exception"], true, undefined]);
    assert.match(thrown[2], /TypeError/);
    await noWorkers();
  });

  test("bytes and responses are handed over", async () => {
    const result = await inPage(`
      const bytes = await (await fetch("echo.wasm")).arrayBuffer();
      const codes = [];
      for (const source of [bytes, fetch("echo.wasm"), new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"))]) {
        const given = source instanceof ReadableStream ? new Response(source) : source;
        const app = await load(given, { worker: true, stdin: "" });
        codes.push(await app.exited);
      }
      return codes;`);
    assert.deepEqual(result, [3, 3, 3]);
  });

  for (const message of [
    '{"hello": 1}',
    "null",
    '"text"',
    '{"type": "toString"}',
    '{"type": "output", "stream": "stdin", "chunk": 1}',
    '{"type": "output", "stream": "onProgress", "chunk": {}}',
    '{"type": "output", "stream": "__proto__"}',
    '{"type": "progress"}',
    '{"type": "read", "max": "1"}',
    '{"type": "failed", "failure": 5}',
    '{"type": "exited", "code": 1.5}',
    '{"type": "exited", "code": 2, "failure": {"message": 1}}',
  ]) {
    test(`a program that posts ${message} is ended`, async () => {
      const result = await inPage(`
        let called = 0;
        const touch = () => void called++;
        const app = await load("hostile.wasm", {
          worker: true, args: ["post", ${JSON.stringify(message)}], onProgress: touch, stdout: touch, stdin: touch,
        });
        const before = called;
        const error = await app.exited.then(() => null, failed);
        return [error, called - before];`);
      assert.deepEqual(result[0]?.slice(0, 2), [true, "host"], String(result[0]));
      assert.equal(result[1], 0);
      await noWorkers();
    });
  }

  test("an answer on stdin that cannot be sent, or is none, fails the read and no more", async () => {
    const result = await inPage(`
      const texts = [];
      for (const stdin of [() => () => {}, () => "text", () => { throw new Error("broken"); }, () => Promise.reject(1)]) {
        const out = [];
        const app = await load("echo.wasm", { worker: true, stdin, stdout: (chunk) => out.push(chunk) });
        texts.push(await app.exited, await text(out));
      }
      return texts;`);
    assert.deepEqual(result, [3, '["js"] "" ""\n', 3, '["js"] "" ""\n', 3, '["js"] "" ""\n', 3, '["js"] "" ""\n']);
  });

  test("functions of the page that throw are heard of, and the program goes on", async () => {
    const code = await inPage(`
      const broken = () => { throw new Error("broken"); };
      const app = await load("echo.wasm", { worker: true, stdin: "", stdout: broken, onProgress: broken });
      return app.exited;`);
    assert.equal(code, 3);
  });

  test("options that cannot leave the page are named", async () => {
    const result = await inPage('return load("echo.wasm", { worker: true, imports: {} }).then(() => null, failed);');
    assert.deepEqual(result.slice(0, 2), [true, "invalid-option"]);
    assert.match(result[2], /imports/);
  });

  test("without its script there is no worker", async () => {
    server.answers.set("/gowasp/worker.js", (_, response) => void response.writeHead(404).end());
    const result = await inPage('return load("echo.wasm", { worker: true }).then(() => null, failed);');
    server.answers.delete("/gowasp/worker.js");
    assert.deepEqual(result.slice(0, 2), [true, "unavailable"]);
    assert.match(result[2], /worker\.js/);
  });
});
