/**
 * The WebAssembly program against the native one: the same module for the same input and options.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { gowaspBinary, root } from "../../scripts/paths.mjs";
import { runChild } from "../harness/child.mjs";
import { hashOfFile, readOutputs } from "../harness/outputs/ledger.mjs";

const TIMEOUT_MS = 300_000;

/** The launcher that starts either program. */
export const LAUNCHER = join(root, "npx", "gowasp.mjs");

/** The environment in which it starts the WebAssembly program. */
export const WASM_ENV = { ...process.env, GOWASP_BINARY: "wasm" };

/** As many comparisons as there are threads for; it optimizes on one. */
export const AT_A_TIME = 2;

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
    case "--gc-first-heap":
      return { gcFirstHeap: Number(value) };
    default:
      throw new Error(`${flag} is not known here`);
  }
}

/**
 * Optimizes a file by both programs. Where the ledger of outputs has what the native one makes of it, which other tests
 * hold that program to, that is what the WebAssembly program is compared with.
 *
 * @param {string} id of the program in the ledger
 * @param {string} wasm path
 * @param {string[]} flags of `gowasp optimize`, at most one option
 * @returns {Promise<string>} how they differ; empty if they do not
 */
export async function difference(id, wasm, flags) {
  const ours = await byWasm(wasm, libraryOptions(flags));
  if (ours.error) return `the WebAssembly program: ${ours.error}`;
  const recorded = readOutputs().get([id, ...flags].join(" "));
  if (recorded?.input === hashOfFile(wasm)) {
    return ours.sha256.startsWith(recorded.output) ? "" : "not the module that tests/outputs.snap has";
  }
  const theirs = await byNative(wasm, flags);
  if (theirs.error) return `the native program: ${theirs.error}`;
  return theirs.sha256 === ours.sha256 ? "" : "not the module of the native program";
}

/** @typedef {{ sha256: string, error?: undefined } | { sha256?: undefined, error: string }} Made of an optimized module */

/** Threads that have nothing to do. @type {Worker[]} */
const idle = [];

/** @returns {Promise<Made>} */
async function byWasm(/** @type {string} */ wasm, /** @type {object} */ options) {
  const thread = idle.pop() ?? new Worker(new URL("./optimizer-thread.mjs", import.meta.url));
  thread.ref();
  thread.postMessage({ wasm, options });
  const [made] = await once(thread, "message");
  thread.unref();
  idle.push(thread);
  return made;
}

/** @returns {Promise<Made>} */
async function byNative(/** @type {string} */ wasm, /** @type {string[]} */ flags) {
  const folder = mkdtempSync(join(tmpdir(), "gowasp-wasm-"));
  try {
    const output = join(folder, "native.wasm");
    const args = ["optimize", wasm, "-o", output, "-q", ...flags];
    const native = await runChild(gowaspBinary, args, { env: process.env, timeoutMs: TIMEOUT_MS });
    if (native.exitCode !== 0) return { error: `${native.ended}\n${native.stderr}` };
    return { sha256: createHash("sha256").update(readFileSync(output)).digest("hex") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
