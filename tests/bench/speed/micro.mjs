/**
 * Times the micro benchmarks: original, optimized, and native as the limit of what the machine can do.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../../../scripts/process.mjs";
import { optimized } from "../measure/gowasp.mjs";
import { goBuild, goroot } from "../measure/programs.mjs";
import { geometricMean, median } from "../measure/statistics.mjs";

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

/** Where a process happens to put code and memory can double a time, and more rounds do not help: only more processes do. */
const PROCESSES = 6;

/**
 * @typedef {object} MicroRow
 * @property {string} name
 * @property {number} original milliseconds of CPU time, median
 * @property {number} gowasp the same
 * @property {number} ratio median over the processes
 * @property {{low: number, high: number}} range of the processes' ratios
 * @property {number} native milliseconds of the native program for the same work, median
 */

/**
 * @param {import("../measure/gowasp.mjs").Optimizer} optimizer
 * @param {number} rounds in each process
 * @returns {Promise<MicroRow[]>}
 * @throws {Error} when the programs do not all compute the same
 */
export async function timeMicro(optimizer, rounds) {
  const wasm = goBuild(".", SOURCES, "micro");
  const measured = await timePair(wasm, await optimized(optimizer, wasm), rounds);
  const natives = await timeNative(measured);
  return measured.map(({ name, result, original, gowasp, ratio, range }, i) => {
    if (natives[i].result !== result) throw new Error(`${name}: native computes ${natives[i].result}, not ${result}`);
    return { name, original, gowasp, ratio, range, native: natives[i].ms };
  });
}

/**
 * What the measurement makes of no difference at all: the original against itself.
 *
 * @param {number} rounds in each process
 * @returns {Promise<{low: number, high: number}>} of the topics' ratios; one that is between these says nothing
 */
export async function timeNoise(rounds) {
  const wasm = goBuild(".", SOURCES, "micro");
  const ratios = (await timePair(wasm, wasm, rounds)).map(({ ratio }) => ratio);
  return { low: Math.min(...ratios), high: Math.max(...ratios) };
}

/** In several processes; every other one starts the optimized module first. */
async function timePair(original, gowasp, rounds) {
  const wasmExec = join(goroot(), "lib/wasm/wasm_exec.js");
  let work = TOPICS.flatMap((name) => [name, "0"]);
  const processes = [];
  for (let i = 0; i < PROCESSES; i++) {
    const modules = i % 2 ? [gowasp, original] : [original, gowasp];
    const args = [join(HERE, "topics.mjs"), wasmExec, ...modules, String(rounds), ...work];
    const topics = JSON.parse(await run(process.execPath, args, { output: "result" }));
    work = topics.flatMap(({ name, n }) => [name, String(n)]);
    processes.push(topics.map(({ times, ...rest }) => ({ ...rest, times: i % 2 ? times.toReversed() : times })));
  }
  return processes[0].map(({ name, n, result }, topic) => {
    const times = processes.map((topics) => topics[topic].times.map(median));
    const ratios = times.map(([before, after]) => after / before);
    const [before, after] = [0, 1].map((side) => median(times.map((pair) => pair[side])));
    const range = { low: Math.min(...ratios), high: Math.max(...ratios) };
    return { name, n, result, original: before, gowasp: after, ratio: geometricMiddle(ratios), range };
  });
}

/** The median of an even number of ratios: between the two in the middle, as half of them had the other order. */
function geometricMiddle(ratios) {
  const sorted = ratios.toSorted((a, b) => a - b);
  return geometricMean([sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]);
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
