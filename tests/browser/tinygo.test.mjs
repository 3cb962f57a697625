// Programs of TinyGo's in pages, on the main thread and in a worker, with the part imported late and up front.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/paths.mjs";
import { freshPages } from "../harness/pages/fresh.mjs";
import { bytes } from "../harness/pages/server.mjs";

/** @type {import("playwright-core").Page} */
let page;
/** @type {import("../harness/pages/server.mjs").TestServer} */
let server;
freshPages((...fresh) => {
  [page, server] = fresh;
});

test("gofmt 0.4 formats", async () => {
  const wasm = await readFile(join(root, "node_modules/gofmt-0.4/gofmt.wasm"));
  server.answers.set("/gofmt.wasm", bytes(wasm, "application/wasm"));
  const results = await page.evaluate(async () => {
    const from = `${location.origin}/gowasp/`;
    const { load } = await import(`${from}index.js`);
    const { default: parts } = await import(`${from}parts.js`);
    const results = [];
    for (const use of [undefined, parts]) {
      const app = await load("gofmt.wasm", { global: { format: undefined }, use });
      results.push(await app.call("format", "package a\nfunc  f( ) {}"), app.via);
      app.kill();
    }
    // In there nobody can call it: it waits.
    const app = await load("gofmt.wasm", { worker: true });
    app.kill();
    return [...results, await app.exited];
  });
  const formatted = [false, "package a\n\nfunc f() {}\n"];
  assert.deepEqual(results, [formatted, "native", formatted, "native", 137]);
});
