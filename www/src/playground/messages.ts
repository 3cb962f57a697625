// What the playground and its workers say to each other. Bytes go as blobs: handing one over copies nothing.

import type { Checked, Inspection, Report } from "gowasp/optimizer";

/** Something that went wrong, for people. */
export interface Problem {
  message: string;
  /** What to do about it. */
  hint: string | undefined;
}

/** Where the bytes of a module are. */
export type Parts = Pick<Inspection, "sections" | "packages" | "warnings">;

/** An optimized module. */
export interface Optimized {
  wasm: Blob;
  report: Report;
  before: Parts;
  after: Parts;
  milliseconds: number;
}

/** From the worker that optimizes; it is told the file. */
export type FromOptimizer =
  | { type: "stage"; name: string }
  | { type: "optimized"; optimized: Optimized }
  | { type: "failed"; problem: Problem };

/** Ways to compress, with the level that is meant. */
export type Encoder = "gzip 6" | "brotli 5" | "brotli 11";

/** To the worker that measures compressed sizes. */
export interface ToMeter {
  file: Blob;
  encoder: Encoder;
}

/** From the worker that measures compressed sizes. */
export type FromMeter =
  | { type: "share"; share: number }
  | { type: "size"; bytes: number }
  | { type: "failed"; problem: Problem };

/** From the worker that asks whether a file fits; it is told the file. */
export type FromChecker = { type: "checked"; checked: Checked } | { type: "failed"; problem: Problem };
