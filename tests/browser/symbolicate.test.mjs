// Traces in a page: `app.symbolicate()`, and what a program died of, with Go's names and lines.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launchChromium } from "../../scripts/chromium.mjs";
import { builtProgram, withoutGo } from "../harness/go.mjs";
import { bytes, startServer } from "../harness/pages/server.mjs";
import { ALL, PROGRAM, packed } from "../strip/traces.mjs";

describe("traces of a program whose tables are stripped", { skip: withoutGo }, () => {
  const work = mkdtempSync(join(tmpdir(), "gowasp-traces-"));
  /** @type {import("playwright-core").Browser} */
  let browser;
  /** @type {import("playwright-core").Page} */
  let page;
  /** @type {import("../harness/pages/server.mjs").TestServer} */
  let server;

  before(async () => {
    browser = await launchChromium();
    server = await startServer();
    const { manifest } = await packed(work, builtProgram(PROGRAM), ["--strip", ALL]);
    for (const name of readdirSync(dirname(manifest))) {
      const type = name.endsWith(".wasm") ? "application/wasm" : "application/json";
      server.answers.set(`/${name}`, bytes(readFileSync(join(dirname(manifest), name)), type));
    }
    page = await browser.newPage();
    await page.goto(server.url);
  });
  after(async () => {
    await browser.close();
    await server.close();
    rmSync(work, { recursive: true, force: true });
  });

  for (const options of ["", "worker: true,"]) {
    test(`what it died of has Go's lines${options && ", in a worker"}`, async () => {
      const [code, stack] = await page.evaluate(`(async () => {
        const { load } = await import("/gowasp/index.js");
        const quiet = { stdout() {}, stderr() {} };
        const app = await load("app.json", { ...quiet, ${options} args: ["nil"], symbolicate: true });
        return [await app.exited, app.failure.stack];
      })()`);
      assert.equal(code, 2);
      assert.match(stack, /\nmain\.inlined\(\.\.\.\)\n\t.*main\.go:\d+\nmain\.outer\(\)\n\t.*main\.go:\d+ \+0x/);
    });
  }

  test("a stack of Chromium's has Go's lines", async () => {
    const [stack, translated] = await page.evaluate(`(async () => {
      const { load } = await import("/gowasp/index.js");
      Error.stackTraceLimit = 50;
      let probe;
      const app = await load("app.json", { stdout() { probe ??= new Error("probe"); }, stderr() {}, args: ["nil"] });
      return [probe.stack, await app.symbolicate(probe)];
    })()`);
    assert.match(stack, /wasm-function\[\d+\]:0x/);
    assert.match(translated, /^ {4}at fmt\.Fprintln \(.*print\.go:\d+\)$/m);
    assert.match(translated, /^ {4}at main\.growing\.func1 \(.*main\.go:\d+\)$/m);
  });
});
