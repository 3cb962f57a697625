/**
 * What a program's `drive.mjs` may do, the same under every host. It exports either or both of
 *
 * * `imports({ memory })`: extra import modules for `go:wasmimport`; `memory()` is the program's memory, once it runs;
 * * `drive({ exports, memory, print })`: called when the program runs, to call what it exports with `go:wasmexport`.
 *   When it is done the process ends with exit code 0.
 *
 * Lines that it prints go to stdout by a synchronous write, in order with the program's own.
 */
import { writeSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { RESUME_POINTS, recordResumed } from "../resumed.mjs";

/**
 * @param {string} path of a `drive.mjs`, or an empty string
 * @param {string} wasm path of the program
 */
export async function loadDriver(path, wasm) {
  const module = path ? await import(pathToFileURL(path)) : {};
  let instance;
  const memory = () => instance.exports.mem ?? instance.exports.memory;
  const print = (...values) => writeSync(1, `${values.join(" ")}\n`);
  return {
    /** Extra import modules. */
    imports: module.imports?.({ memory, print }) ?? {},
    /** Whether there is something to do once the program runs. */
    drives: Boolean(module.drive),
    /** Must be called before the program's first instruction: its imports read the memory. */
    attach(started) {
      instance = started;
      if (RESUME_POINTS in started.exports) process.on("exit", () => recordResumed(wasm, started.exports, memory()));
    },
    /** Calls the exports, then ends the process. */
    async drive() {
      await module.drive({ exports: instance.exports, memory, print });
      process.exit(0);
    },
  };
}
