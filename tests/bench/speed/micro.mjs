/**
 * Times the micro benchmarks on Node: original, optimized, and native as the limit of what the machine can do.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../../../scripts/process.mjs";
import { goroot } from "../../harness/go.mjs";
import { optimized } from "../measure/gowasp.mjs";
import { goBuild } from "../measure/programs.mjs";
import { median } from "../measure/statistics.mjs";
import { startLines } from "./lines.mjs";
import { timePair } from "./pairs.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const SOURCES = join(dirname(HERE), "micro");

/** In the order of the table: names as `topics.go` has them. */
const TOPICS = [
  "loops",
  "matrix, float64",
  "calls",
  "recursion",
  "interface calls",
  "closures",
  "defer",
  "panic, recover",
  "channels",
  "maps",
  "garbage",
  "strings",
  "memory copy",
  "sort",
  "crc32",
  "sha256",
  "encoding/json",
  "regexp",
  "fmt",
  "go/parser",
];

const PROCESSES = 6;
const NATIVE_ROUNDS = 5;

/** All topics, as much of each as takes long enough. */
export const WORK = TOPICS.map((name) => ({ name, n: 0 }));

/**
 * @typedef {import("./pairs.mjs").PairRow & {native: number}} MicroRow times are CPU time; `native` that of the native
 *   program for the same work, median
 */

/**
 * The path of the micro benchmarks' program.
 *
 * @param {"js" | "wasip1" | "native"} goos
 * @returns {string}
 */
export function microProgram(goos) {
  return goBuild(".", SOURCES, `micro-${goos}`, goos === "native" ? {} : { GOOS: goos, GOARCH: "wasm" });
}

/**
 * @param {import("../measure/gowasp.mjs").Optimizer} optimizer
 * @param {number} rounds in each process
 * @returns {Promise<MicroRow[]>}
 * @throws {Error} when the programs do not all compute the same
 */
export async function timeMicro(optimizer, rounds) {
  const original = microProgram("js");
  const measured = await timeOther(await optimized(optimizer, original), rounds);
  const natives = await timeNative(measured);
  return measured.map((row, i) => {
    if (natives[i].result !== row.result) {
      throw new Error(`${row.name}: native computes ${natives[i].result}, not ${row.result}`);
    }
    return { ...row, native: natives[i].ms };
  });
}

/**
 * The micro benchmarks of another optimizer's result, against the original.
 *
 * @param {string} other path of the module that was made of `microProgram("js")`
 * @param {number} rounds
 * @returns {Promise<import("./pairs.mjs").PairRow[]>} with the other module's times as `gowasp`
 */
export function timeOther(other, rounds) {
  const modules = { original: microProgram("js"), gowasp: other };
  return timePair(modules, WORK, PROCESSES, (...pair) => inNode(...pair, rounds));
}

/**
 * What the measurement makes of no difference at all: the original against itself.
 *
 * @param {number} rounds in each process
 * @returns {Promise<{low: number, high: number}>} of the topics' ratios; one that is between these says nothing
 */
export async function timeNoise(rounds) {
  const ratios = (await timeOther(microProgram("js"), rounds)).map(({ ratio }) => ratio);
  return { low: Math.min(...ratios), high: Math.max(...ratios) };
}

async function inNode(modules, work, rounds) {
  const wasmExec = join(goroot(), "lib/wasm/wasm_exec.js");
  const words = work.flatMap(({ name, n }) => [name, String(n)]);
  const args = [join(HERE, "topics.mjs"), wasmExec, ...modules, String(rounds), ...words];
  return JSON.parse(await run(process.execPath, args, { output: "result" }));
}

async function timeNative(measured) {
  const program = startLines(microProgram("native"), []);
  try {
    const rows = [];
    for (const { name, n } of measured) {
      const rounds = [];
      for (let round = 0; round < NATIVE_ROUNDS; round++) rounds.push(await program.ask(name, n));
      rows.push({ result: rounds[0].result, ms: median(rounds.map(({ ms }) => ms)) });
    }
    return rows;
  } finally {
    program.end();
  }
}
