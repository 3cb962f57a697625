import { guarded, moduleBytes, withOptimizer } from "./module.js";
import type * as bindings from "./optimizer.js";
import type { OptimizeOptions } from "./options.js";
import type { Report } from "./report.js";

export interface OptimizeHooks {
  /** Called with the name of each stage as it begins. What it throws is ignored. */
  onStage?: (name: string) => void;
}

/** A compressed copy of the optimized module, for {@link Optimized.pack}. */
export interface Encoded {
  encoding: "br" | "gzip" | "zstd";
  /** What made it, for the manifest's `generator`, e.g. `rust-brotli`. */
  encoder: string;
  bytes: Uint8Array;
}

export interface PackedFile {
  name: string;
  bytes: Uint8Array;
}

/** An optimized module. */
export interface Optimized {
  readonly wasm: Uint8Array;
  /** What was done, and what was left alone. */
  readonly report: Report;
  /**
   * The files that `gowasp pack` would write for an app of this name: module, compressed copies, symbols, and last the manifest
   * `app.json`, which names all others. Can be called once.
   */
  pack(name: string, encoded: Encoded[]): PackedFile[];
}

/**
 * Makes a module smaller and faster with the same behaviour, as `gowasp optimize` does: the same bytes.
 *
 * It takes seconds for a large module, and this thread with them: call it in a worker where something else has to go on.
 *
 * @throws {OptimizerError} with stage, offset and hint; TypeError for options that are none
 */
export async function optimize(
  bytes: Uint8Array | ArrayBuffer,
  options: OptimizeOptions = {},
  { onStage = () => {} }: OptimizeHooks = {},
): Promise<Optimized> {
  const input = moduleBytes(bytes);
  return withOptimizer((optimizer) => take(optimizer.optimize(input, JSON.stringify(options), onStage)));
}

function take(handle: bindings.Optimized): Optimized {
  let kept: bindings.Optimized | undefined = handle;
  return {
    wasm: handle.wasm,
    report: JSON.parse(handle.report),
    pack(name, encoded) {
      if (!kept) throw new TypeError("pack can be called once, and has been");
      const taken = kept;
      kept = undefined;
      const triples = encoded.map(({ encoding, encoder, bytes }) => [encoding, encoder, bytes] as const);
      return guarded(() => taken.pack(name, triples)).map(([file, content]) => ({ name: file, bytes: content }));
    },
  };
}
