/** Files for Go programs, `GOOS=js` and `GOOS=wasip1`: `gowasp/fs`. */

import type { GoFileSystem } from "../go/file-system.js";
import type { SyncFiles } from "../wasip1/sync-files.js";
import { MemoryFiles, type MemoryOptions } from "./memory.js";

export type { Kind, Stat } from "../wasip1/sync-files.js";
export { type FileSource, fetchFiles, untar } from "./fill.js";
export { MemoryFiles, type MemoryOptions } from "./memory.js";
export { type OpfsFiles, opfsFiles } from "./opfs.js";
export type { SyncFiles };

/**
 * A file system in memory, for the option `fs`.
 *
 * @param files what is in it, by path: text or bytes
 * @example
 * const fs = memoryFiles({ "/in/words.txt": "one two" });
 * await (await load("/app.json", { fs, args: ["/in/words.txt"] })).exited;
 * console.log(fs.readFileSync("/out.txt", "utf8"));
 */
export function memoryFiles(
  files: Readonly<Record<string, string | Uint8Array>> = {},
  options: MemoryOptions = {},
): MemoryFiles & SyncFiles & GoFileSystem {
  return new MemoryFiles(files, options) as unknown as MemoryFiles & SyncFiles & GoFileSystem;
}
