// WASI preview 1, for programs of GOOS=wasip1 and others. Loaded when one is, and `gowasp/wasip1` for use by itself.

export type { Wasip1Options } from "./options.js";
export { Wasip1Program, wasip1 } from "./program.js";
export { startWasip1 } from "./start.js";
export type { ReadyStdin } from "./stdin.js";
export type { SyncFiles } from "./sync-files.js";
export const part = "wasip1";
