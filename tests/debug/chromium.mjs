// Breakpoints in `.go` lines in Chromium, by a source map that an independent library reads.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { allGeneratedPositionsFor, originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { launchChromium } from "../../scripts/chromium.mjs";
import { root } from "../../scripts/paths.mjs";
import { programPage, servePage } from "./page.mjs";

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
  const server = await servePage(programPage(KEEP_STACKS), join(folder, "app.wasm"));
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
    /** @type {Map<string, { line: number, column: number }>} */
    const placeOf = new Map();
    const hits = new Hits();
    debuggee.on("Debugger.paused", async ({ hitBreakpoints = [], callFrames }) => {
      for (const id of hitBreakpoints) {
        const place = placeOf.get(id);
        if (place) hits.add(place, callFrames[0].functionName);
      }
      await debuggee.send("Debugger.resume");
    });
    await debuggee.send("Debugger.enable");
    await page.goto(server.url);
    const script = await parsed;
    assert.equal(script.sourceMapURL, "app.wasm.map");
    const symbols = script.debugSymbols?.map(({ type }) => type).sort();
    assert.deepEqual(symbols, ["EmbeddedDWARF", "SourceMap"]);
    for (const line of marked) {
      const places = allGeneratedPositionsFor(map, { source: SOURCE, line, column: 0 });
      assert.ok(places.length > 0, `line ${line} is in the source map`);
      for (const { column } of places) {
        const location = { scriptId: script.scriptId, lineNumber: 0, columnNumber: column ?? undefined };
        const { breakpointId, actualLocation } = await debuggee.send("Debugger.setBreakpoint", { location });
        assert.equal(actualLocation.columnNumber, column, `an instruction begins where line ${line} does`);
        placeOf.set(breakpointId, { line, column: actualLocation.columnNumber ?? 0 });
      }
    }
    await page.evaluate("run()");
    for (const line of marked) {
      const times = ran.filter((one) => one === line).length;
      assert.ok(times > 0, `the program runs line ${line}`);
      assert.equal(hits.of(line), times, `line ${line}`);
    }
    const stacks = await page.evaluate("stacks");
    assert.equal(stacks.length, ran.length);
    const named = new Set();
    for (const [at, stack] of stacks.entries()) {
      const line = callerOfMark(map, stack);
      if (line === undefined) continue;
      assert.equal(line, ran[at], stack);
      named.add(line);
    }
    assert.ok(named.size >= 8, `stacks name ${named.size} lines`);
    return marked.length;
  } finally {
    await browser.close();
    await server.close();
  }
}

/** How often breakpoints were hit, by line, function and place. */
class Hits {
  /** @type {Map<number, Map<string, Map<number, number>>>} */
  #lines = new Map();

  add(/** @type {{ line: number, column: number }} */ { line, column }, /** @type {string} */ name) {
    const functions = this.#lines.get(line) ?? new Map();
    const places = functions.get(name) ?? new Map();
    places.set(column, (places.get(column) ?? 0) + 1);
    this.#lines.set(line, functions.set(name, places));
  }

  /** How often the last place of a line was hit, in all functions that it is in: that is the call of mark. */
  of(/** @type {number} */ line) {
    const functions = [...(this.#lines.get(line)?.values() ?? [])];
    const last = functions.map((places) => places.get(Math.max(...places.keys())) ?? 0);
    return last.reduce((sum, times) => sum + times, 0);
  }
}

/**
 * The line from which `mark` was called, by a stack of V8 in which it prints. Go's own calls are not all on it: some were left when
 * a stack grew, or while another goroutine ran.
 *
 * @param {TraceMap} map
 * @param {string} stack
 * @returns {number | undefined}
 */
function callerOfMark(map, stack) {
  const frames = [...stack.matchAll(/at (\S+) \(\S+:wasm-function\[\d+\]:0x([0-9a-f]+)\)/g)];
  const [, name, offset] = frames[frames.findIndex(([, name]) => name === "main.mark") + 1] ?? [];
  if (!name?.startsWith("main.")) return undefined;
  const { source, line } = originalPositionFor(map, { line: 1, column: Number.parseInt(offset, 16) });
  assert.equal(source, SOURCE, stack);
  return line ?? undefined;
}

/** Keeps the stacks in which the program prints where `mark` was called. */
const KEEP_STACKS = `
  Error.stackTraceLimit = Infinity;
  const stacks = [];
  const { log } = console;
  console.log = (text) => {
    if (text.startsWith("at ")) stacks.push(new Error().stack);
    log(text);
  };`;
