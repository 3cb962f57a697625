// Runs brotli's encoder beside the thread of the commands, which waits for `state`.

import { readFileSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { stateWords } from "./encoders.mjs";

const { bytes, quality, state, port } = workerData;
try {
  const encoder = await import(new URL("../../dist/encoder.js", import.meta.url).href);
  const binary = new URL("../../dist/encoder_bg.wasm", import.meta.url);
  encoder.initSync({ module: new WebAssembly.Module(readFileSync(binary)) });
  const packed = encoder.brotli(bytes, quality, (/** @type {number} */ taken) => {
    Atomics.store(state, stateWords.taken, taken);
  });
  port.postMessage({ packed });
} catch (error) {
  port.postMessage({ error: String(/** @type {Error} */ (error).message ?? error) });
}
Atomics.store(state, stateWords.done, 1);
Atomics.notify(state, stateWords.done);
