/**
 * Runs the topics of `tests/bench/micro` with two modules in one process, which take turns, and writes the times as JSON.
 *
 *     node topics.mjs WASM_EXEC_JS FIRST_WASM SECOND_WASM ROUNDS [TOPIC N]...     (N is how much work; 0 finds it out)
 */
import { readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { threadTime } from "./clock.mjs";

/** A round of the slower module takes at least this long. */
const ROUND_MS = 25;

/** Rounds that are not counted: until then the engine's optimizing compiler has seen what is hot. */
const WARM_UP = 4;

const [wasmExec, first, second, rounds, ...work] = process.argv.slice(2);
createRequire(import.meta.url)(wasmExec);
const sides = [await start(first), await start(second)];
const measured = [];
for (let i = 0; i < work.length; i += 2) measured.push(measure(work[i], Number(work[i + 1])));
writeSync(1, JSON.stringify(measured));
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

/** @returns {{name: string, n: number, result: number, times: number[][]}} milliseconds of each round, by side */
function measure(name, wanted) {
  const n = wanted || calibrated(name);
  const times = [[], []];
  const results = new Set();
  for (let round = -WARM_UP; round < Number(rounds); round++) {
    for (const side of round % 2 ? [1, 0] : [0, 1]) {
      const { ms, result } = timed(sides[side], name, n);
      results.add(result);
      if (round >= 0) times[side].push(ms);
    }
  }
  if (results.size !== 1) throw new Error(`${name}: results differ: ${[...results].join(", ")}`);
  return { name, n, result: [...results][0], times };
}

/** Doubles the amount of work until a round takes long enough. Both sides do all of it: more work before is more warm-up. */
function calibrated(name) {
  for (let n = 1; ; n *= 2) {
    const longest = Math.max(...sides.map((side) => timed(side, name, n).ms));
    if (longest >= ROUND_MS) return n;
  }
}

function timed(run, name, n) {
  const start = threadTime();
  const result = run(name, n);
  return { ms: threadTime() - start, result };
}
