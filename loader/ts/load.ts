import { checkOptions } from "./check.js";
import { loadHere, preloadHere } from "./here.js";
import type { Url, WasmExports } from "./host/web.js";
import { part, takeParts } from "./late/part.js";
import type { GoApp, LoadOptions, Source, WorkerGoApp, WorkerLoadOptions } from "./options.js";

/**
 * Loads a Go program and runs it.
 *
 * @typeParam Exports what the program exports
 * @param source address of a manifest that `gowasp pack` wrote, or of a `.wasm` file, as it is or compressed, in Node
 *   also a path; or an answer of fetch(), bytes, or a module that is compiled already; or a promise of any of these
 * @returns when Go's `main` has run up to the first point where it waits, or to its end; see the option `ready`
 * @throws {GowaspError} with a stable `code`; nothing is left running
 */
export async function load<Exports = WasmExports>(
  source: Source | Promise<Source>,
  options?: LoadOptions,
): Promise<GoApp<Exports>>;
/**
 * The same in a web worker of its own, which keeps the page responsive. Functions that the program exports cannot be
 * called.
 *
 * @returns when the program begins to run; see the option `until`
 * @throws {GowaspError} with a stable `code`; no worker is left
 */
export async function load(source: Source | Promise<Source>, options: WorkerLoadOptions): Promise<WorkerGoApp>;
/** Either of the two, if that is decided at run time. */
export async function load(
  source: Source | Promise<Source>,
  options: Omit<WorkerLoadOptions, "worker"> & { worker: boolean },
): Promise<GoApp | WorkerGoApp>;
export async function load(
  source: Source | Promise<Source>,
  options: LoadOptions | WorkerLoadOptions | (Omit<WorkerLoadOptions, "worker"> & { worker: boolean }) = {},
): Promise<unknown> {
  takeGiven(options);
  await checkOptions(options);
  if (options.worker) return (await part("remote")).loadInWorker(source, options as WorkerLoadOptions);
  return loadHere(source, options as LoadOptions);
}

/**
 * Loads and compiles what a later `load()` of the same address, with the same `integrity`, is going to run.
 *
 * @returns when it is compiled
 * @throws {GowaspError} as `load()`; a later `load()` then begins anew
 */
export async function preload(source: string | Url, options: LoadOptions = {}): Promise<void> {
  takeGiven(options);
  await checkOptions(options);
  await preloadHere(source, options);
}

/**
 * Takes parts that were imported up front, before anything is checked: the messages for wrong options are a part as
 * well.
 */
function takeGiven(options: { use?: unknown } | null): void {
  const use = options?.use;
  if (Array.isArray(use)) takeParts(use.filter((one) => typeof one?.part === "string"));
}
