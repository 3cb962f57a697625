/**
 * How deep Go programs can recurse before the engine's stack ends, before and after, on all engines. Go's own stack grows on its
 * way, so the engine's is the limit that programs meet.
 *
 *     node tests/bench/depth.mjs [ENGINE...]
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { wasmtime, wazero } from "../../scripts/engines.mjs";
import { run } from "../../scripts/process.mjs";
import { runOnEngine, WASI_ENGINES } from "../engines/wasi.mjs";
import { BROWSERS, resultOfPage } from "../harness/browsers.mjs";
import { command, known } from "../harness/command.mjs";
import { goroot } from "../harness/go.mjs";
import { findOptimizer, optimized } from "./measure/gowasp.mjs";
import { goBuild } from "./measure/programs.mjs";
import { median } from "./measure/statistics.mjs";
import { table } from "./measure/table.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const SOURCES = join(HERE, "depth");

/** As `depth/main.go` has them. */
const KINDS = ["direct", "mutual", "interface", "closure", "defer", "tree", "parser"];

/** Rounds after which engines that compile twice have compiled again what is hot, to smaller frames. */
const WARM_ROUNDS = 500;
/** Arguments of the program for engines that compile twice, by what the table calls it: at the first call, and when it is hot. */
const TASKS = Object.fromEntries(
  KINDS.flatMap((kind) => [
    [kind, [kind]],
    [`${kind}, hot`, [kind, String(2 ** 40), "500", String(WARM_ROUNDS)]],
  ]),
);

/** Each in a new instance: when the engine compiles again is a matter of time. */
const RUNS = 3;
const PAGE_TIMEOUT_MS = 600_000;

/**
 * How far apart the deepest that succeeds and the least that does not may be, as a part of it. Each step of the search takes wazero
 * 4 seconds, in most of which Go's stack is made larger than its own: the whole search takes 8 minutes.
 */
const EXACT = 1 / 40;
const MOST_LEVELS = 1 << 24;

/**
 * Levels by which a goroutine's stack is made larger than the engine's: wazero's may have some 100 MB, so that Go's gets 512 MiB
 * there (`callStackCeiling`, internal/engine/wazevo/call_engine.go). The limit of Go itself is 1 GB (`maxstacksize`,
 * runtime/proc.go).
 */
const GROWTH = { wazero: 3000, wasmtime: 100 };

/**
 * @typedef {object} DepthColumn
 * @property {string} engine
 * @property {string} version as it calls itself, where it was measured
 * @property {string} missing why it was not measured, or an empty string
 * @property {Record<string, {original: number, gowasp: number}>} levels by kind, medians
 *
 * @typedef {{columns: DepthColumn[]}} DepthFigures
 */

/** @type {Record<string, {goos: "js" | "wasip1", missing: () => string, measure: typeof inNode}>} by name */
const ENGINES = {
  node: { goos: "js", missing: () => "", measure: inNode },
  ...Object.fromEntries(
    Object.entries(BROWSERS).map(([name, { missing }]) => [name, { goos: "js", missing, measure: inBrowser }]),
  ),
  wasmtime: { goos: "wasip1", missing: WASI_ENGINES.wasmtime.missing, measure: inWasmtime },
  wazero: { goos: "wasip1", missing: WASI_ENGINES.wazero.missing, measure: bySearch },
};

/**
 * @param {{engines?: string[], say?: (line: string) => void}} [options]
 * @returns {Promise<DepthFigures>} an engine that is not installed is a column without levels
 */
export async function measureDepth({ engines = Object.keys(ENGINES), say = () => {} } = {}) {
  const optimizer = await findOptimizer();
  const columns = [];
  for (const engine of engines) {
    const { goos, missing, measure } = ENGINES[engine];
    const why = missing();
    say(`deepest recursion on ${engine}${why && `: ${why}`}`);
    const column = { engine, version: "", missing: why, levels: {} };
    columns.push(column);
    if (why) continue;
    const original = goBuild(".", SOURCES, `depth-${goos}`, { GOOS: goos, GOARCH: "wasm" });
    const { version, levels } = await measure(engine, [original, await optimized(optimizer, original)]);
    column.version = version;
    for (const [kind, [before, after]] of Object.entries(levels)) {
      column.levels[kind] = { original: median(before), gowasp: median(after) };
    }
  }
  return { columns };
}

async function inNode(_engine, modules) {
  const levels = {};
  for (const [name, task] of Object.entries(TASKS)) {
    levels[name] = [[], []];
    for (let i = 0; i < RUNS; i++) {
      for (const [side, wasm] of modules.entries()) {
        const args = [join(SOURCES, "node.mjs"), join(goroot(), "lib/wasm/wasm_exec.js"), wasm, ...task];
        levels[name][side].push(Number(await run(process.execPath, args, { output: "result" })));
      }
    }
  }
  return { version: `Node ${process.versions.node}`, levels };
}

async function inBrowser(engine, [original, gowasp]) {
  const script = (path) => ["text/javascript", readFileSync(path)];
  const files = {
    "/": [
      "text/html",
      '<!doctype html><script src="/wasm_exec.js"></script><script type="module" src="/page.mjs"></script>',
    ],
    "/wasm_exec.js": script(join(goroot(), "lib/wasm/wasm_exec.js")),
    "/run.mjs": script(join(SOURCES, "run.mjs")),
    "/page.mjs": script(join(SOURCES, "page.mjs")),
    "/work.json": ["application/json", JSON.stringify({ tasks: TASKS, runs: RUNS })],
    "/original.wasm": ["application/wasm", readFileSync(original)],
    "/gowasp.wasm": ["application/wasm", readFileSync(gowasp)],
  };
  const { userAgent, levels } = await resultOfPage(engine, files, { timeoutMs: PAGE_TIMEOUT_MS });
  return { version: userAgent.match(/(HeadlessChrome|Firefox|AppleWebKit)\/[\d.]+/)?.[0] ?? userAgent, levels };
}

/** It compiles everything before it begins, so that one run is enough: the first tells the address, the second traps. */
async function inWasmtime(engine, modules) {
  const levels = {};
  for (const kind of KINDS) {
    levels[kind] = [];
    for (const wasm of modules) {
      const program = (count, env) => ({ args: [kind, String(count), String(GROWTH.wasmtime)], env, stdin: "" });
      const first = await runOnEngine(engine, program(1, {}), wasm, { keep: true });
      const [, address] = /^counter (\d+)$/m.exec(first.stderr);
      const { stderr } = await runOnEngine(engine, program(2 ** 40, { WORD_AT: address }), wasm, { keep: true });
      levels[kind].push([Number(/^word (\d+)$/m.exec(stderr)[1])]);
    }
  }
  return { version: `wasmtime ${wasmtime.version}`, levels };
}

/** wazero's command does not tell what is in memory after a trap. It compiles everything before it begins, too. */
async function bySearch(engine, modules) {
  const levels = {};
  for (const kind of KINDS) {
    levels[kind] = [];
    for (const wasm of modules) levels[kind].push([await deepest((count) => succeeds(engine, wasm, kind, count))]);
  }
  return { version: `wazero ${wazero.version}`, levels };
}

async function succeeds(engine, wasm, kind, levels) {
  const program = { args: [kind, String(levels), String(GROWTH.wazero)], env: {}, stdin: "" };
  const { exitCode, stderr, ended } = await runOnEngine(engine, program, wasm, { keep: true });
  if (exitCode === 0 && stderr.endsWith("returned\n")) return true;
  if (/stack overflow/.test(stderr)) return false;
  throw new Error(`${engine}, ${kind}, ${levels} levels: ${ended}\n${stderr.slice(-1000)}`);
}

/** The most levels with which `succeeds` says yes, to within `EXACT` of them. */
async function deepest(succeeds) {
  let [good, bad] = [0, 1 << 18];
  while (bad <= MOST_LEVELS && (await succeeds(bad))) [good, bad] = [bad, bad * 4];
  while (bad - good > good * EXACT) {
    // In the middle of the ratio, which is what has to be exact.
    const middle = good ? Math.round(Math.sqrt(good * bad)) : bad >> 1;
    if (await succeeds(middle)) good = middle;
    else bad = middle;
  }
  return good;
}

/**
 * @param {DepthFigures} figures
 * @returns {string} Markdown
 */
export function depthTable({ columns }) {
  const measured = columns.filter(({ missing }) => !missing);
  const names = Object.keys(TASKS).filter((name) => measured.some(({ levels }) => levels[name]));
  const cell = ({ original, gowasp }) => `${count(original)} to ${count(gowasp)}, ${ratio(gowasp / original)}`;
  const lines = names.map((name) => [name, ...measured.map(({ levels }) => (levels[name] ? cell(levels[name]) : ""))]);
  const less = measured.flatMap(({ engine, levels }) =>
    names
      .filter((name) => levels[name] && (levels[name].gowasp / levels[name].original).toFixed(2) < 1)
      .map((name) => `${name} in ${engine}`),
  );
  const verdict = less.length
    ? `Less deep than the original: ${less.join("; ")}.`
    : "Nowhere less deep than the original.";
  const missing = columns.filter(({ missing }) => missing).map(({ engine, missing }) => `${engine}: ${missing}`);
  return [
    table(["recursion", ...measured.map(({ engine }) => engine)], lines),
    verdict + (missing.length ? ` Not measured: ${missing.join("; ")}.` : ""),
    `${measured.map(({ version }) => version.replace("/", " ")).join(", ")}.`,
  ].join("\n\n");
}

/** To three digits. */
function ratio(value) {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

function count(levels) {
  return levels.toLocaleString("en");
}

async function main() {
  const { positionals } = parseArgs({ allowPositionals: true, options: {} });
  const engines = known("engine", positionals, Object.keys(ENGINES));
  console.log(depthTable(await measureDepth({ engines: engines.length ? engines : undefined, say: console.error })));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await command(main);
