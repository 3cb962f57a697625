// Builds the Go programs here and runs them under the host functions.

import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { runChild } from "../../harness/child.mjs";
import { builtProgram, goroot } from "../../harness/go.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
// Long enough for a machine that is busy with other things; a hanging program must not outlive it.
const RUN_LIMIT_MS = 60_000;

/**
 * Builds the program in the directory `name`.
 *
 * @param {string} name
 * @param {string} [release] such as "1.21.13"; "local", the default, is the machine's own
 * @returns {string} the path of the module; kept until a source or the compiler changes
 */
export function buildProgram(name, release) {
  return builtProgram(path.join(here, name), { release });
}

/**
 * Runs a program in a process of its own.
 *
 * @param {string | null} bundle the host functions' bundle, or null for Go's own `wasm_exec_node.js`
 * @param {string} wasm
 * @param {string[]} args
 * @param {{ stdin?: string, env?: Record<string, string> }} options
 * @returns {Promise<{ stdout: string, stderr: string, code: number | null }>}
 */
export async function runProgram(bundle, wasm, args = [], { stdin = "", env = {} } = {}) {
  const script = bundle ? [path.join(here, "run.mjs"), bundle] : [path.join(goroot(), "lib/wasm/wasm_exec_node.js")];
  const preload = ["--import", pathToFileURL(path.join(here, "kit.mjs")).href];
  const { stdout, stderr, exitCode } = await runChild("node", [...preload, ...script, wasm, ...args], {
    env: { PATH: process.env.PATH, TZ: "UTC", ...env },
    timeoutMs: RUN_LIMIT_MS,
    stdin,
  });
  return { stdout, stderr, code: exitCode };
}
