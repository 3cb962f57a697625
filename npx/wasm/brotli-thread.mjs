// Runs brotli's encoder beside the thread of the commands, which waits for `state`.

import { workerData } from "node:worker_threads";
import { stateWords } from "./encoders.mjs";
import { bindingsOf, instantiate } from "./modules.mjs";

const { bytes, quality, state, port } = workerData;
try {
  const encoder = await bindingsOf("encoder");
  instantiate(encoder, "encoder");
  const packed = encoder.brotli(bytes, quality, (/** @type {number} */ taken) => {
    Atomics.store(state, stateWords.taken, taken);
  });
  port.postMessage({ packed });
} catch (error) {
  port.postMessage({ error: String(/** @type {Error} */ (error).message ?? error) });
}
Atomics.store(state, stateWords.done, 1);
Atomics.notify(state, stateWords.done);
