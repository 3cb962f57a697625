/** Loads and runs Go programs that were compiled to WebAssembly: see {@link load}. */
export { GowaspError, type GowaspErrorCode } from "./errors.js";
export { load, preload } from "./load.js";
export type { GoApp, LoadOptions, Part, Progress, Source, Via, WorkerGoApp, WorkerLoadOptions } from "./options.js";
