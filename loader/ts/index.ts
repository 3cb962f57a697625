/** Loads and runs Go programs that were compiled to WebAssembly: see {@link load}. */
export { GowaspError, type GowaspErrorCode } from "./errors.js";
export { load } from "./load.js";
export type { GoApp, LoadOptions, Progress, Via, WorkerGoApp, WorkerLoadOptions } from "./options.js";
