/**
 * The WebAssembly program against the native one: the same module for the same input and options.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bindingsOf, instantiate as load } from "../../npx/wasm/modules.mjs";
import { root } from "../../scripts/paths.mjs";
import { runChild } from "../programs/harness/child.mjs";
import { DEFAULT_OPTIMIZER } from "../programs/harness/optimize.mjs";

const TIMEOUT_MS = 300_000;

/** The launcher that starts either program. */
export const LAUNCHER = join(root, "npx", "gowasp.mjs");

/** The environment in which it starts the WebAssembly program. */
export const WASM_ENV = { ...process.env, GOWASP_BINARY: "wasm" };

/** The optimizer's functions, instantiated once: a program of its own for each module would take most of its time to start. */
async function instantiate() {
  const bindings = await bindingsOf("optimizer");
  load(bindings, "optimizer");
  return bindings;
}

/** @type {Promise<any> | undefined} */
let optimizer;

/** What the flags of the command are called as options of the library. */
function libraryOptions(/** @type {string[]} */ [flag, value]) {
  switch (flag) {
    case undefined:
      return {};
    case "--skip":
      return { skip: [value] };
    case "--for":
      return { prefer: value };
    case "-O0":
      return { level: "generic" };
    case "--keep-names":
      return { keepNames: true };
    case "--keep-memory":
      return { keepMemory: true };
    default:
      throw new Error(`${flag} is not known here`);
  }
}

/**
 * Optimizes a file by both programs.
 *
 * @param {string} wasm path
 * @param {string[]} flags of `gowasp optimize`, at most one option
 * @returns {Promise<string>} how they differ; empty if they do not
 */
export async function difference(wasm, flags) {
  const folder = mkdtempSync(join(tmpdir(), "gowasp-wasm-"));
  try {
    const output = join(folder, "native.wasm");
    const args = ["optimize", wasm, "-o", output, "-q", ...flags];
    const native = await runChild(DEFAULT_OPTIMIZER, args, { env: process.env, timeoutMs: TIMEOUT_MS });
    if (native.exitCode !== 0) return `the native program: ${native.ended}\n${native.stderr}`;
    optimizer ??= instantiate();
    const { optimize } = await optimizer;
    const optimized = optimize(readFileSync(wasm), JSON.stringify(libraryOptions(flags)), () => {});
    const [theirs, ours] = [readFileSync(output), optimized.wasm];
    optimized.free();
    if (theirs.equals(ours)) return "";
    return `${theirs.length} bytes of the native program, ${ours.length} of WebAssembly, which are not the same`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
