// The Go programs beside this file.

import { fileURLToPath } from "node:url";
import { builtProgram, goRelease, withoutGo } from "../../harness/go.mjs";

export { withoutGo };

const release = withoutGo || goRelease();

/** Why tests with `go:wasmexport`, which came with Go 1.24, are skipped, or false. */
export const withoutExports = withoutGo || (/^go1\.2[0-3]\b/.test(release) && `${release} cannot export functions`);

/**
 * Compiles the program in the folder `name`.
 *
 * @param {string} name
 * @param {"js" | "wasip1"} [goos]
 * @param {string[]} [flags] of `go build`
 * @returns {string} the module's path
 */
export function built(name, goos = "js", flags = []) {
  return builtProgram(fileURLToPath(new URL(`programs/${name}`, import.meta.url)), { goos, flags });
}
