import { OptimizerError } from "./errors.js";
import { startEncoder } from "./host.js";
import type { FromEncoder, ToEncoder } from "./messages.js";
import type { Encoded } from "./optimize.js";

export interface BrotliOptions {
  /** 0 to 11; default 11, which takes about half a minute for 14 MB. */
  quality?: number;
  /** Called with the share that is done, 0 to 1. */
  onProgress?: (share: number) => void;
  /** Ends the work; its reason is thrown. */
  signal?: AbortSignal;
}

/**
 * Compresses with the encoder of `gowasp pack`, which gives the same bytes on every machine, in a worker of its own.
 *
 * @returns what {@link Optimized.pack} takes
 * @throws {OptimizerError} `load` when the worker cannot be started, `compress` when it fails; the signal's reason
 */
export async function brotli(
  bytes: Uint8Array,
  { quality = 11, onProgress, signal }: BrotliOptions = {},
): Promise<Encoded> {
  if (!Number.isInteger(quality) || quality < 0 || quality > 11) {
    throw new TypeError(`brotli's quality is a whole number from 0 to 11, not ${quality}`);
  }
  signal?.throwIfAborted();
  const thread = await startEncoder<FromEncoder>();
  let stop = () => {};
  try {
    return await new Promise((resolve, reject) => {
      stop = () => reject(signal?.reason);
      signal?.addEventListener("abort", stop);
      thread.onError((cause) => reject(notStarted(cause)));
      thread.onMessage((message) => {
        if ("taken" in message) onProgress?.(message.taken / Math.max(bytes.length, 1));
        else if ("error" in message) reject(new OptimizerError("compress", `brotli: ${message.error}`));
        else resolve({ encoding: "br", encoder: "rust-brotli", bytes: message.packed });
      });
      thread.post({ bytes, quality } satisfies ToEncoder);
    });
  } finally {
    signal?.removeEventListener("abort", stop);
    thread.end();
  }
}

function notStarted(cause: Error): OptimizerError {
  const hint =
    "serve encoder-worker.js, encoder.js and encoder_bg.wasm of this package beside the script that imports gowasp/optimizer";
  return new OptimizerError("load", `brotli's worker could not be started: ${cause.message}`, { cause, hint });
}
