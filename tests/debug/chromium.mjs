// Breakpoints in `.go` lines in Chromium, by a source map that an independent library reads.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { allGeneratedPositionsFor, TraceMap } from "@jridgewell/trace-mapping";
import { launchChromium } from "../../scripts/chromium.mjs";
import { root } from "../../scripts/paths.mjs";
import { servePage } from "./page.mjs";

const SOURCE = "gowasp.test/breakpoints/main.go";

/**
 * Sets a breakpoint on each marked line of `breakpoints/main.go`, runs the program, and compares how often each is hit with how
 * often the program says that it ran the line.
 *
 * @param {string} folder with `app.wasm`, and its source map beside it
 * @returns {Promise<number>} how many lines had a breakpoint that was hit
 */
export async function hitBreakpoints(folder) {
  const lines = readFileSync(join(root, "tests/debug/breakpoints/main.go"), "utf8").split("\n");
  const marked = lines.flatMap((text, at) => (text.includes("// breakpoint") ? [at + 1] : []));
  const map = new TraceMap(readFileSync(join(folder, "app.wasm.map"), "utf8"));
  const server = await servePage(PAGE, join(folder, "app.wasm"));
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    /** @type {number[]} */
    const ran = [];
    page.on("console", (message) => {
      const [, line] = /^at (\d+)$/.exec(message.text()) ?? [];
      if (line) ran.push(Number(line));
    });
    const debuggee = await page.context().newCDPSession(page);
    const parsed = new Promise((found) => {
      debuggee.on("Debugger.scriptParsed", (script) => script.scriptLanguage === "WebAssembly" && found(script));
    });
    /** @type {Map<string, number>} */
    const lineOf = new Map();
    /** @type {Map<number, number>} */
    const hits = new Map();
    debuggee.on("Debugger.paused", async ({ hitBreakpoints = [] }) => {
      for (const id of hitBreakpoints) {
        const line = lineOf.get(id);
        if (line !== undefined) hits.set(line, (hits.get(line) ?? 0) + 1);
      }
      await debuggee.send("Debugger.resume");
    });
    await debuggee.send("Debugger.enable");
    await page.goto(server.url);
    const script = await parsed;
    assert.equal(script.sourceMapURL, "app.wasm.map");
    for (const line of marked) {
      const places = allGeneratedPositionsFor(map, { source: SOURCE, line, column: 0 });
      assert.ok(places.length > 0, `line ${line} is in the source map`);
      // The call of mark is the last that stands in the line.
      const { column } = places[places.length - 1];
      const location = { scriptId: script.scriptId, lineNumber: 0, columnNumber: column };
      const { breakpointId, actualLocation } = await debuggee.send("Debugger.setBreakpoint", { location });
      assert.equal(actualLocation.columnNumber, column, `an instruction begins where line ${line} does`);
      lineOf.set(breakpointId, line);
    }
    await page.evaluate("run()");
    for (const line of marked) {
      const times = ran.filter((one) => one === line).length;
      assert.ok(times > 0, `the program runs line ${line}`);
      assert.equal(hits.get(line), times, `line ${line}`);
    }
    return marked.length;
  } finally {
    await browser.close();
    await server.close();
  }
}

const PAGE = `<!doctype html><script src="/wasm_exec.js"></script><script>
  const go = new Go();
  const loaded = WebAssembly.instantiateStreaming(fetch("/app.wasm"), go.importObject);
  const run = async () => go.run((await loaded).instance);
</script>`;
