// Programs in a web worker of their own: `load(source, { worker: true })`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, beforeEach, describe, test } from "node:test";
import { launchChromium } from "../../scripts/demo/browser.mjs";
import { built, withoutGo } from "../node/load/programs.mjs";
import { bytes, startServer } from "./server.mjs";

describe("worker: true", { skip: withoutGo }, () => {
  /** @type {import("playwright-core").Browser} */
  let browser;
  /** @type {import("playwright-core").Page} */
  let page;
  /** @type {import("./server.mjs").TestServer} */
  let server;

  before(async () => {
    browser = await launchChromium();
    server = await startServer();
    server.answers.set("/echo.wasm", bytes(readFileSync(built("echo")), "application/wasm"));
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
      ["exited", "via", "kill"],
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
