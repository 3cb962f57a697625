// Runs a program in this process: node --stack-size=… node.mjs PROGRAM [ARGUMENT]...

import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path, { join } from "node:path";
import { patientFiles } from "./patient-files.mjs";
import { orRefused, readProgram } from "./program.mjs";

const argv = process.argv.slice(2);
// Not awaited: Node ends a script that is waiting in its main part with a code of its own, and a program may wait for nothing.
orRefused(run(argv[0] ?? "")).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    console.error(error);
    process.exit(1);
  },
);

/** @returns {Promise<number>} never, where it is not refused: the process ends with the program's exit code */
async function run(/** @type {string} */ file) {
  const { abi, module } = await readProgram(file);
  process.env.TMPDIR ??= tmpdir();
  return abi === "wasi_snapshot_preview1" ? runWasip1(module) : runJs(module);
}

/**
 * As Go's own wasm_exec_node.js does it.
 *
 * @returns {Promise<never>}
 */
async function runJs(/** @type {WebAssembly.Module} */ module) {
  const { Go } = await import("../../dist/wasm_exec.mjs");
  Object.assign(globalThis, { fs: patientFiles(), path, require: createRequire(join(process.cwd(), "/")) });
  const go = new Go();
  go.argv = argv;
  go.env = process.env;
  go.exit = process.exit;
  process.on("exit", (code) => {
    // Nothing is pending any more, so the program waits for nothing: it says so, with code 2.
    if (code !== 0 || go.exited) return;
    go._pendingEvent = { id: 0 };
    go._resume();
  });
  await go.run(new WebAssembly.Instance(module, go.importObject));
  throw new Error("the program has exited, and so has the process");
}

/**
 * As Go's own go_wasip1_wasm_exec does it: all files, and the working directory in PWD.
 *
 * @returns {Promise<never>}
 */
async function runWasip1(/** @type {WebAssembly.Module} */ module) {
  const { wasip1 } = await import("../../dist/wasip1.js");
  const [name, ...args] = argv;
  const env = { ...process.env, PWD: process.cwd() };
  const program = wasip1({ name, args, env, fs: patientFiles() });
  program.run(new WebAssembly.Instance(module, { wasi_snapshot_preview1: program.imports }));
  return process.exit(await program.exited);
}
