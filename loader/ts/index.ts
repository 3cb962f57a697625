/** Loads and runs Go programs that were compiled to WebAssembly: see {@link load}. */
export { type FailureOptions, GowaspError, type GowaspErrorCode } from "./errors.js";
export type { FsCallback, GoFileSystem } from "./go/file-system.js";
export type { StdinSource } from "./go/stdin.js";
export type * from "./host/web.js";
export { load, preload } from "./load.js";
export type {
  GoApp,
  GoProgram,
  LoadOptions,
  Part,
  Progress,
  Snapshots,
  Source,
  Via,
  WorkerGoApp,
  WorkerLoadOptions,
} from "./options.js";
export type { Snapshot, SnapshotFile } from "./snapshot.js";
