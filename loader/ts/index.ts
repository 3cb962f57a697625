/** Loads and runs Go programs that were compiled to WebAssembly: see {@link load}. */

import { loadWith, type Source } from "./load.js";
import type { GoApp, LoadOptions, WorkerGoApp, WorkerLoadOptions } from "./options.js";
import type { PartSource } from "./parts.js";

export { GowaspError, type GowaspErrorCode } from "./errors.js";
export type { GoApp, LoadOptions, Progress, Via, WorkerGoApp, WorkerLoadOptions } from "./options.js";
export type { Part } from "./parts.js";

const parts: PartSource = {
  decoder: () => import("./parts/decoder.js"),
  remote: () => import("./parts/remote.js"),
};

/**
 * Loads a Go program and runs it.
 *
 * @param source address of a manifest that `gowasp pack` wrote, or of a `.wasm` file, in Node also a path; or a module
 *   that is compiled already
 * @returns when Go's `main` has run up to the first point where it waits, or to its end
 * @throws {GowaspError} with a stable `code`; nothing is left running
 */
export async function load(source: Source, options?: LoadOptions): Promise<GoApp>;
/**
 * The same in a web worker of its own, which keeps the page responsive. What the program exports cannot be called.
 *
 * @throws {GowaspError} with a stable `code`; no worker is left
 */
export async function load(source: Source, options: WorkerLoadOptions): Promise<WorkerGoApp>;
export async function load(
  source: Source,
  options: LoadOptions | WorkerLoadOptions = {},
): Promise<GoApp | WorkerGoApp> {
  return loadWith(source, options, parts);
}
