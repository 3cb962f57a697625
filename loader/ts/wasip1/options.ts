import type { ReadyStdin } from "./stdin.js";
import type { SyncFiles } from "./sync-files.js";

/** What a WASI program gets from its embedder; everything is optional. */
export interface Wasip1Options {
  /** Arguments, `os.Args[1:]`. */
  args?: readonly string[];
  /** The program's own name, `os.Args[0]`; "main" by default. */
  name?: string;
  /** The environment; empty by default. Go takes `PWD` for its working directory. */
  env?: Readonly<Record<string, string | undefined>>;
  /**
   * Standard input: all of it, or a function that is called for up to `max` bytes. Empty by default, or descriptor 0 of
   * `fs`.
   */
  stdin?: ReadyStdin;
  /**
   * Takes standard output. Default: descriptor 1 of `fs` if it has one; otherwise the process's in Node, the console in
   * a page.
   */
  stdout?: (chunk: Uint8Array) => void;
  /** Takes standard error; the default is like that of `stdout`. */
  stderr?: (chunk: Uint8Array) => void;
  /** Files: `node:fs`, or what `gowasp/fs` makes. */
  fs?: SyncFiles;
  /**
   * The directories that the program gets, under the names that it uses: `{ "/": "/srv/data" }`. Default: all of `fs`,
   * as `/`.
   */
  preopens?: Readonly<Record<string, string>>;
}
