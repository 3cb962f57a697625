/**
 * Runs the topics of `tests/bench/micro` with two modules in one process, which take turns, and writes the times as JSON.
 *
 *     node topics.mjs WASM_EXEC_JS ORIGINAL_WASM GOWASP_WASM ROUNDS TOPIC...
 */
import { readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { threadTime } from "./clock.mjs";

/** A round of the original takes at least this long, so that reading the clock does not count. */
const ROUND_MS = 25;

/** Rounds that are not counted: until then the engine's optimizing compiler has seen what is hot. */
const WARM_UP = 3;

const [wasmExec, originalWasm, gowaspWasm, rounds, ...names] = process.argv.slice(2);
createRequire(import.meta.url)(wasmExec);
const original = await start(originalWasm);
const gowasp = await start(gowaspWasm);
writeSync(1, JSON.stringify(names.map(measure)));
process.exit(0);

/** Starts the program; returns its function `run(topic, n)`. */
async function start(wasm) {
  const go = new globalThis.Go();
  const { instance } = await WebAssembly.instantiate(readFileSync(wasm), go.importObject);
  return new Promise((resolve, reject) => {
    globalThis.microBenchmarks = { ready: resolve };
    go.run(instance).catch(reject);
  });
}

/** @returns {{name: string, n: number, result: number, original: number[], gowasp: number[]}} milliseconds of each round */
function measure(name) {
  const { n, result } = calibrate(name);
  const times = { original: [], gowasp: [] };
  for (let round = -WARM_UP; round < Number(rounds); round++) {
    const sides = { original, gowasp };
    for (const side of round % 2 ? ["gowasp", "original"] : ["original", "gowasp"]) {
      const [ms, got] = timed(sides[side], name, n);
      if (got !== result) throw new Error(`${name}: ${side} computes ${got}, not ${result}`);
      if (round >= 0) times[side].push(ms);
    }
  }
  return { name, n, result, ...times };
}

/** Doubles the amount of work until a round takes long enough. Both sides do all of it: more work before is more warm-up. */
function calibrate(name) {
  for (let n = 1; ; n *= 2) {
    timed(gowasp, name, n);
    const [ms, result] = timed(original, name, n);
    if (ms >= ROUND_MS) return { n, result };
  }
}

function timed(run, name, n) {
  const start = threadTime();
  const result = run(name, n);
  return [threadTime() - start, result];
}
