// Runs brotli's encoder beside the thread of the commands (encoders.mjs), which waits, and hears of it when this fails.

import { workerData } from "node:worker_threads";
import { stateWords } from "./encoders.mjs";
import { bindingsOf, instantiate } from "./modules.mjs";

const { bytes, quality, state, port } = workerData;
const encoder = await bindingsOf("encoder");
instantiate(encoder, "encoder");
const packed = encoder.brotli(bytes, quality, (/** @type {number} */ taken) => {
  Atomics.store(state, stateWords.taken, taken);
});
port.postMessage({ packed });
