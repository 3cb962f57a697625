import { loadEncoder } from "./encoder-module.js";
import { moduleBytes, withOptimizer } from "./module.js";

export interface CheckOptions {
  /** Ids such as `cloudflare-workers`, see `gowasp check --list`; default: every platform of the table. */
  platforms?: string[];
  /** Compress by brotli 11 instead of estimating its size: takes about half a minute for 14 MB. */
  exact?: boolean;
  /** Name of the file; default `app.wasm`. */
  name?: string;
}

/** A size, or between which it is: the same number three times where it is known. */
export interface SizeRange {
  low: number;
  likely: number;
  high: number;
}

export type Verdict = "fits" | "exceeds" | "could-not-tell" | "not-measured";

/** One limit, and what was found of it. */
export interface Limit {
  platform: string | null;
  /** `PLATFORM:PLAN`, where the limit is that of a plan. */
  plan: string | null;
  /** `raw`, `gzip`, `memory` and so on, see docs/check.md. */
  measure: string;
  found: SizeRange | null;
  max: number | null;
  verdict: Verdict;
  reason: string | null;
  note: string | null;
  /** Where the limit was read, and when. */
  source: string | null;
  date: string | null;
}

/** What `gowasp check --json` says of a file. */
export interface Checked {
  verdict: Verdict;
  files: { name: string; raw: number; gzip: number; zip: number; br: SizeRange }[];
  totals: { raw: number; gzip: number; zip: number; br: SizeRange };
  checks: Limit[];
  /** Sentences for people. */
  advice: string[];
}

/**
 * Tells whether a module fits the platforms that run WebAssembly at the edge: what `gowasp check --json` says of it.
 *
 * @throws {OptimizerError} `read` when it is no module
 */
export async function check(
  bytes: Uint8Array | ArrayBuffer,
  { platforms = [], exact = false, name = "app.wasm" }: CheckOptions = {},
): Promise<Checked> {
  const wasm = moduleBytes(bytes);
  // The size by brotli is found on this thread.
  loading ??= loadEncoder().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  const encoder = await loading;
  return withOptimizer((optimizer) => {
    optimizer.setBrotli(encoder.brotliWithWindow);
    return JSON.parse(optimizer.check(wasm, name, platforms, exact));
  });
}

/** A failure to load is not remembered. */
let loading: ReturnType<typeof loadEncoder> | undefined;
