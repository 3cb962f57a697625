/**
 * Times the micro benchmarks: original, optimized, and native as the limit of what the machine can do.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../../../scripts/process.mjs";
import { optimized } from "../measure/gowasp.mjs";
import { goBuild, goroot } from "../measure/programs.mjs";
import { median } from "../measure/statistics.mjs";

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

/**
 * @typedef {object} MicroRow
 * @property {string} name
 * @property {number} original milliseconds of CPU time, median
 * @property {number} gowasp the same
 * @property {number} ratio median of the ratios within a round
 * @property {number} native milliseconds of the native program for the same work, median
 */

/**
 * @param {import("../measure/gowasp.mjs").Optimizer} optimizer
 * @param {number} rounds
 * @returns {Promise<MicroRow[]>}
 * @throws {Error} when the programs do not all compute the same
 */
export async function timeMicro(optimizer, rounds) {
  const wasm = goBuild(".", SOURCES, "micro");
  const measured = await timePair(wasm, await optimized(optimizer, wasm), rounds);
  const natives = await timeNative(measured);
  return measured.map(({ name, result, original, gowasp }, i) => {
    if (natives[i].result !== result) throw new Error(`${name}: native computes ${natives[i].result}, not ${result}`);
    const ratio = medianRatio({ original, gowasp });
    return { name, original: median(original), gowasp: median(gowasp), ratio, native: natives[i].ms };
  });
}

/**
 * What the measurement makes of no difference at all: the original against itself.
 *
 * @param {number} rounds
 * @returns {Promise<number[]>} a ratio for each topic; one that is no further from 1 than these says nothing
 */
export async function timeNoise(rounds) {
  const wasm = goBuild(".", SOURCES, "micro");
  return (await timePair(wasm, wasm, rounds)).map(medianRatio);
}

async function timePair(original, gowasp, rounds) {
  const wasmExec = join(goroot(), "lib/wasm/wasm_exec.js");
  const args = [join(HERE, "topics.mjs"), wasmExec, original, gowasp, String(rounds), ...TOPICS];
  return JSON.parse(await run(process.execPath, args, { output: "result" }));
}

function medianRatio({ original, gowasp }) {
  return median(gowasp.map((ms, round) => ms / original[round]));
}

async function timeNative(measured) {
  const program = goBuild(".", SOURCES, "micro", {});
  const args = measured.flatMap(({ name, n }) => [name, String(n)]);
  const lines = (await run(program, args, { output: "result" })).trim().split("\n");
  return lines.map((line) => {
    const [result, ...nanoseconds] = line.split(" ").map(Number);
    return { result, ms: median(nanoseconds) / 1e6 };
  });
}
