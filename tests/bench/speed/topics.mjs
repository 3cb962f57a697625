/**
 * Runs the topics of `tests/bench/micro` with two modules in one process, which take turns, and writes the times as JSON.
 *
 *     node topics.mjs WASM_EXEC_JS FIRST_WASM SECOND_WASM ROUNDS [TOPIC N]...     (N is how much work; 0 finds it out)
 */
import { readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { threadTime } from "./clock.mjs";
import { takeTurns } from "./rounds.mjs";

const [wasmExec, first, second, rounds, ...words] = process.argv.slice(2);
createRequire(import.meta.url)(wasmExec);
const work = [];
for (let i = 0; i < words.length; i += 2) work.push({ name: words[i], n: Number(words[i + 1]) });
writeSync(1, JSON.stringify(await takeTurns([await start(first), await start(second)], work, Number(rounds))));
process.exit(0);

/** Starts the program. */
async function start(wasm) {
  const go = new globalThis.Go();
  const { instance } = await WebAssembly.instantiate(readFileSync(wasm), go.importObject);
  const run = await new Promise((resolve, reject) => {
    globalThis.microBenchmarks = { ready: resolve };
    go.run(instance).catch(reject);
  });
  return (name, n) => {
    const start = threadTime();
    const result = run(name, n);
    return { ms: threadTime() - start, result };
  };
}
