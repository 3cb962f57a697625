// The package in a real browser: several programs at once, web workers, content security policies.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launchChromium } from "../../scripts/chromium.mjs";
import { loadIn } from "../harness/pages/load.mjs";
import { answerModule, manifestOf } from "../harness/pages/module.mjs";
import { packedEsbuild } from "../harness/pages/packed.mjs";
import { bytes, startServer } from "../harness/pages/server.mjs";

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser.close());

describe("Go programs", () => {
  /** @type {import("../harness/pages/server.mjs").TestServer} */
  let server;
  /** @type {import("playwright-core").Page} */
  let page;

  before(async () => {
    server = await startServer();
    await deploy(server, await packedEsbuild());
    server.answers.set("/worker.js", bytes(workerScript, "text/javascript"));
    page = await browser.newPage();
    await page.goto(server.url);
  });
  after(() => server.close());

  test("two on one page, each with its own arguments, input and output", async () => {
    const results = await page.evaluate(async () => {
      const { load } = await import(`${location.origin}/gowasp/index.js`);
      const globals = Object.keys(globalThis);
      const run = async (/** @type {string[]} */ args, /** @type {string} */ stdin) => {
        let stdout = "";
        let stderr = "";
        const text = () => new TextDecoder();
        const app = await load("app.json", {
          args,
          stdin,
          stdout: (/** @type {Uint8Array} */ chunk) => (stdout += text().decode(chunk)),
          stderr: (/** @type {Uint8Array} */ chunk) => (stderr += text().decode(chunk)),
        });
        return { code: await app.exited, stdout, stderr };
      };
      const runs = await Promise.all([
        run(["--loader=ts"], "let a: number = 1"),
        run(["--loader=ts", "--minify"], "let second: string = 'b'"),
        run(["--loader=ts"], "let broken: ="),
      ]);
      return { runs, added: Object.keys(globalThis).filter((name) => !globals.includes(name)) };
    });
    const [first, second, third] = results.runs;
    assert.deepEqual([first.code, first.stdout], [0, "let a = 1;\n"], first.stderr);
    assert.deepEqual([second.code, second.stdout], [0, 'let second="b";\n'], second.stderr);
    assert.equal(third.code, 1);
    assert.match(third.stderr, /Unexpected "="/);
    assert.deepEqual(results.added, [], "the loader must leave no globals");
  });

  test("killed: it answers no more and its exit code says so", async () => {
    const code = await page.evaluate(async () => {
      const { load } = await import(`${location.origin}/gowasp/index.js`);
      const never = new ReadableStream();
      const app = await load("app.json", { args: ["--service=0.28.2"], stdin: never, stdout: () => {} });
      app.kill();
      return app.exited;
    });
    assert.equal(code, 137);
  });

  test("progress counts decoded bytes, never falls and ends at the manifest's size", async () => {
    const { progress, message } = await page.evaluate(async () => {
      const { load } = await import(`${location.origin}/gowasp/index.js`);
      /** @type {{ phase: string, loaded: number, total: number }[]} */
      const progress = [];
      try {
        const onProgress = (/** @type {typeof progress[0]} */ event) => progress.push(event);
        const app = await load("app.json", { args: ["--version"], stdout: () => {}, onProgress });
        await app.exited;
        return { progress, message: "" };
      } catch (error) {
        return { progress, message: String(error) };
      }
    });
    assert.equal(message, "");
    const { size } = (await manifest(server)).module;
    const downloads = progress.filter(({ phase }) => phase === "download");
    assert.ok(downloads.length > 1, "one report for all bytes is no progress");
    assert.ok(downloads.every(({ total }) => total === size));
    assert.ok(downloads.every(({ loaded }, at) => at === 0 || loaded > downloads[at - 1].loaded));
    assert.equal(downloads.at(-1).loaded, size);
    assert.deepEqual([...new Set(progress.map(({ phase }) => phase))], ["download", "compile", "run"]);
  });

  test("in a web worker", async () => {
    const result = await page.evaluate(() => {
      const worker = new Worker("/worker.js", { type: "module" });
      return new Promise((done) => {
        worker.onmessage = ({ data }) => done(data);
        worker.onerror = (event) => done({ error: event.message });
      });
    });
    assert.deepEqual(result, { code: 0, stdout: "0.28.2\n", via: "native" });
  });
});

/** @typedef {{ policy: string, code: string | undefined, answer: number | undefined }} PolicyCase */

describe("content security policy", () => {
  /** @type {[name: string, policyCase: PolicyCase][]} */
  const cases = [
    [
      "that allows compiling WebAssembly: all works",
      { policy: "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'", code: undefined, answer: 42 },
    ],
    ["that does not: the error says what it lacks", { policy: "default-src 'self'", code: "csp", answer: undefined }],
  ];
  for (const [name, { policy, code, answer }] of cases) {
    test(name, async () => {
      const server = await startServer(policy);
      const page = await browser.newPage();
      try {
        const raw = answerModule();
        server.answers.set("/app.json", bytes(manifestOf(raw), "application/json"));
        server.answers.set("/app.wasm", bytes(raw, "application/wasm"));
        await page.goto(server.url);
        const result = await loadIn(page, "app.json");
        assert.deepEqual([result.code, result.answer], [code, answer], result.message);
        if (code) assert.match(result.message ?? "", /wasm-unsafe-eval/);
      } finally {
        await page.close();
        await server.close();
      }
    });
  }
});

const workerScript = `
  import { load } from "/gowasp/index.js";
  let stdout = "";
  const options = { args: ["--version"], stdout: (chunk) => { stdout += new TextDecoder().decode(chunk); } };
  const app = await load("/app.json", options);
  postMessage({ code: await app.exited, stdout, via: app.via });
`;

/** Serves a packed app as a host that compresses does. */
async function deploy(
  /** @type {import("../harness/pages/server.mjs").TestServer} */ server,
  /** @type {string} */ folder,
) {
  const { module } = JSON.parse(await readFile(join(folder, "app.json"), "utf8"));
  assert.ok((await readdir(folder)).includes(module.encodings.br.url));
  const encoded = await readFile(join(folder, module.encodings.br.url));
  server.answers.set("/app.json", bytes(await readFile(join(folder, "app.json")), "application/json"));
  server.answers.set(`/${module.url}`, bytes(encoded, "application/wasm", { "Content-Encoding": "br" }));
}

async function manifest(/** @type {import("../harness/pages/server.mjs").TestServer} */ server) {
  return (await fetch(`${server.url}app.json`)).json();
}
