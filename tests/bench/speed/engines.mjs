/**
 * The micro benchmarks on engines beside Node's: how many times as fast as the original the optimized module is there.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { wasmtime, wazero } from "../../../scripts/engines.mjs";
import { WASI_ENGINES } from "../../engines/wasi.mjs";
import { BROWSERS, resultOfPage } from "../../harness/browsers.mjs";
import { goroot } from "../../harness/go.mjs";
import { optimized } from "../measure/gowasp.mjs";
import { startLines } from "./lines.mjs";
import { microProgram, WORK } from "./micro.mjs";
import { timePair } from "./pairs.mjs";
import { takeTurns } from "./rounds.mjs";

/** Fewer than on Node: there are five engines. */
const PROCESSES = 3;
const PAGE_TIMEOUT_MS = 900_000;

/**
 * @typedef {object} EngineColumn
 * @property {string} engine
 * @property {string} version as it calls itself, where it was measured
 * @property {string} missing why it was not measured, or an empty string
 * @property {import("./pairs.mjs").PairRow[]} rows
 */

/** @type {Record<string, {goos: "js" | "wasip1", missing: () => string, run: typeof inBrowser}>} by name */
const ENGINES = {
  ...Object.fromEntries(
    Object.entries(BROWSERS).map(([name, { missing }]) => [name, { goos: "js", missing, run: inBrowser }]),
  ),
  ...Object.fromEntries(
    Object.entries(WASI_ENGINES).map(([name, { missing }]) => [name, { goos: "wasip1", missing, run: inProcesses }]),
  ),
};

/** Names of all engines that there are. */
export const ENGINE_NAMES = Object.keys(ENGINES);

/**
 * @param {import("../measure/gowasp.mjs").Optimizer} optimizer
 * @param {string[]} names of engines
 * @param {number} rounds in each process
 * @param {(line: string) => void} say
 * @returns {Promise<EngineColumn[]>} an engine that is not installed is a column without rows
 */
export async function timeEngines(optimizer, names, rounds, say) {
  const columns = [];
  for (const engine of names) {
    const { goos, missing, run } = ENGINES[engine];
    const why = missing();
    say(`speed of the micro benchmarks on ${engine}${why && `: ${why}`}`);
    const column = { engine, version: "", missing: why, rows: [] };
    columns.push(column);
    if (why) continue;
    const original = microProgram(goos);
    const modules = { original, gowasp: await optimized(optimizer, original) };
    column.rows = await timePair(modules, WORK, PROCESSES, async (paths, work) => {
      const { version, turns } = await run(engine, paths, work, rounds);
      column.version = version;
      return turns;
    });
  }
  return columns;
}

/** CPU time of the page's main thread. */
async function inBrowser(engine, [first, second], work, rounds) {
  const script = (url) => ["text/javascript", readFileSync(url)];
  const files = {
    "/": [
      "text/html",
      '<!doctype html><script src="/wasm_exec.js"></script><script type="module" src="/page.mjs"></script>',
    ],
    "/wasm_exec.js": script(join(goroot(), "lib/wasm/wasm_exec.js")),
    "/page.mjs": script(new URL("micro_page.mjs", import.meta.url)),
    "/rounds.mjs": script(new URL("rounds.mjs", import.meta.url)),
    "/work.json": ["application/json", JSON.stringify({ work, rounds })],
    "/first.wasm": ["application/wasm", readFileSync(first)],
    "/second.wasm": ["application/wasm", readFileSync(second)],
  };
  const { userAgent, turns } = await resultOfPage(engine, files, { timeoutMs: PAGE_TIMEOUT_MS });
  return { version: productOf(userAgent), turns };
}

/** The last product that a user agent names is the browser, but for Chromium, which also calls itself Safari. */
function productOf(userAgent) {
  const products = userAgent.match(/(HeadlessChrome|Firefox|AppleWebKit)\/[\d.]+/g) ?? [];
  return (products.find((product) => !product.startsWith("AppleWebKit")) ?? products[0] ?? userAgent).replace("/", " ");
}

/** CPU time of all threads; there is one process for each side. */
async function inProcesses(engine, paths, work, rounds) {
  const programs = paths.map((wasm) => {
    const [command, ...args] = WASI_ENGINES[engine].command(wasm, { keep: true });
    return startLines(command, args);
  });
  try {
    const turns = await takeTurns(
      programs.map(({ ask }) => ask),
      work,
      rounds,
    );
    return { version: `${engine} ${{ wasmtime, wazero }[engine].version}`, turns };
  } finally {
    for (const { end } of programs) end();
  }
}
