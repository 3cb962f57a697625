// Encoders for the commands: brotli by the crate that the native program has, so that two machines write the same file, in a
// worker thread; gzip and zstd by Node's zlib on this thread meanwhile.

import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import * as zlib from "node:zlib";

/** @type {any} Node 22.15 and later has zstd. */
const { zstdCompressSync, constants } = zlib;

/** @returns {[encoding: string, encoder: string][]} the slowest first; with `fast`, brotli is Node's as well */
export function encoders(/** @type {boolean} */ fast) {
  return [
    ["br", fast ? `node-brotli ${process.versions.brotli}` : "rust-brotli"],
    ...(zstdCompressSync ? /** @type {[string, string][]} */ ([["zstd", `node-zstd ${process.versions.zstd}`]]) : []),
    ["gzip", `zlib ${process.versions.zlib}`],
  ];
}

/**
 * Compresses a module once for each encoding, and waits for it.
 *
 * @param {Uint8Array} wasm
 * @param {string[]} encodings
 * @param {{ quality: number, fast: boolean }} brotli its quality, 0 to 11, and whether it is Node's
 * @param {(progress: string) => void} show
 * @returns {Uint8Array[]} in the order of the encodings
 */
export function encode(wasm, encodings, { quality, fast }, show) {
  // The memory of the commands moves when it grows.
  const bytes = new Uint8Array(new SharedArrayBuffer(wasm.length));
  bytes.set(wasm);
  const brotli = encodings.includes("br") && !fast ? startBrotli(bytes, quality) : undefined;
  const plain = Buffer.from(bytes.buffer);
  const made = new Map();
  if (encodings.includes("gzip")) {
    show("gzip");
    made.set("gzip", zlib.gzipSync(plain, { level: 9, memLevel: 9 }));
  }
  if (encodings.includes("zstd")) {
    show("zstd");
    const params = { [constants.ZSTD_c_compressionLevel]: 19, [constants.ZSTD_c_windowLog]: 23 };
    made.set("zstd", zstdCompressSync(plain, { params }));
  }
  if (encodings.includes("br") && fast) {
    show("br");
    const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants;
    const params = {
      [BROTLI_PARAM_QUALITY]: quality,
      [BROTLI_PARAM_LGWIN]: 24,
      [BROTLI_PARAM_SIZE_HINT]: plain.length,
    };
    made.set("br", zlib.brotliCompressSync(plain, { params }));
  }
  if (brotli) made.set("br", waitFor(brotli, bytes.length, show));
  return encodings.map((encoding) => made.get(encoding));
}

/** What the thread writes into its state: whether it is done, and the bytes that it has taken. */
export const stateWords = { done: 0, taken: 1 };

/**
 * What the thread begins with. The thread of the commands waits and hears no event, so whatever becomes of the script, also if it
 * is missing or one of its imports is, must be told from here.
 */
const firstLines = `
  import { workerData } from "node:worker_threads";
  const { script, state, port } = workerData;
  import(script)
    .catch((error) => port.postMessage({ error: String(error?.message ?? error) }))
    .finally(() => {
      Atomics.store(state, ${stateWords.done}, 1);
      Atomics.notify(state, ${stateWords.done});
    });
`;

function startBrotli(/** @type {Uint8Array} */ bytes, /** @type {number} */ quality) {
  const state = new Int32Array(new SharedArrayBuffer(8));
  const { port1: here, port2: there } = new MessageChannel();
  const script = new URL("./brotli-thread.mjs", import.meta.url).href;
  const workerData = { script, bytes, quality, state, port: there };
  const first = new URL(`data:text/javascript,${encodeURIComponent(firstLines)}`);
  const worker = new Worker(first, { workerData, transferList: [there] });
  worker.unref();
  return { state, here };
}

/** @returns {Uint8Array} */
function waitFor(
  /** @type {ReturnType<typeof startBrotli>} */ { state, here },
  /** @type {number} */ all,
  /** @type {(progress: string) => void} */ show,
) {
  while (Atomics.wait(state, stateWords.done, 0, 100) === "timed-out") {
    show(`br ${Math.floor((Atomics.load(state, stateWords.taken) / Math.max(all, 1)) * 100)} %`);
  }
  const { packed, error } = receiveMessageOnPort(here)?.message ?? { error: "the thread ended" };
  here.close();
  if (error) throw new Error(`br: ${error}`);
  return packed;
}
