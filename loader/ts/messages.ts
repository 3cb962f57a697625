// What a page and the worker that runs a program for it say to each other.

import type { GowaspErrorCode } from "./errors.js";
import type { Progress, Via, WorkerLoadOptions } from "./options.js";

/** The first message to the worker. */
export interface Start {
  source: string | WebAssembly.Module;
  /** The options that can be copied into a worker. */
  options: Pick<WorkerLoadOptions, "args" | "env" | "integrity" | "cache" | "decoderUrl">;
  /** Standard input if it is known beforehand; else where to ask for it. */
  stdin?: Uint8Array | string | { ask: "chunks" | "bytes" };
  /** Which of the page's functions want to be called. */
  wants: { stdout: boolean; stderr: boolean; progress: boolean };
}

/** Every further message to the worker answers its `read`. */
export type Answer = { chunk: Uint8Array | null } | { failure: string };

/** Messages from the worker. */
export type FromWorker =
  | { type: "progress"; progress: Progress }
  | { type: "output"; stream: "stdout" | "stderr"; chunk: Uint8Array }
  /** Wants the next of standard input, up to `max` bytes. */
  | { type: "read"; max: number }
  /** `load()` has resolved. */
  | { type: "loaded"; via: Via }
  | { type: "exited"; code: number }
  | { type: "failed"; failure: Failure };

/** An error on its way between threads, which does not keep its class. */
export interface Failure {
  code: GowaspErrorCode | undefined;
  message: string;
  stack: string | undefined;
}
