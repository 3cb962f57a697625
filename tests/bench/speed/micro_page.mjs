// The page that runs the micro benchmarks in a browser: both modules start, take turns, and the times go back to the server.

import { takeTurns } from "/rounds.mjs";

/** What reading the clock itself takes of the main thread is the middle of so many tries. */
const CLOCK_TRIES = 21;

/** WebKit takes up to a second until it has compiled what is hot in a large program. */
const WARM_UP_MS = 1500;

try {
  const { work, rounds } = await (await fetch("/work.json")).json();
  const modules = [await start("/first.wasm"), await start("/second.wasm")];
  const nothing = [];
  for (let i = 0; i < CLOCK_TRIES; i++) nothing.push((await timed(() => 0)).ms);
  const overhead = nothing.sort((a, b) => a - b)[CLOCK_TRIES >> 1];
  const sides = modules.map((run) => async (name, n) => {
    const { ms, result } = await timed(() => run(name, n));
    return { ms: Math.max(ms - overhead, 0), result };
  });
  await post({ userAgent: navigator.userAgent, turns: await takeTurns(sides, work, rounds, WARM_UP_MS) });
} catch (error) {
  await post({ error: String(error?.stack ?? error) });
}

async function start(url) {
  const go = new globalThis.Go();
  const { instance } = await WebAssembly.instantiateStreaming(fetch(url), go.importObject);
  return new Promise((resolve, reject) => {
    globalThis.microBenchmarks = { ready: resolve };
    go.run(instance).catch(reject);
  });
}

/** The process whose main thread was busiest is the one that runs this page. Where nothing is known of threads: wall time. */
async function timed(run) {
  const before = await clock();
  const start = performance.now();
  const result = run();
  const wall = performance.now() - start;
  const after = await clock();
  const used = Object.entries(after).map(([process, ms]) => ms - (before[process] ?? ms));
  return { ms: used.length ? Math.max(...used) : wall, result };
}

async function clock() {
  return (await fetch("/clock")).json();
}

function post(value) {
  return fetch("/result", { method: "POST", body: JSON.stringify(value) });
}
