// WASI preview 1, for programs of GOOS=wasip1 and others. Loaded when one is, and `gowasp/wasip1` for use by itself.

export { type ReadyStdin, type SyncFiles, type Wasip1Options, Wasip1Program, wasip1 } from "./program.js";
export { startWasip1 } from "./start.js";
export const part = "wasip1";
