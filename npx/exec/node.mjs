// Runs a program in this process: node --stack-size=… node.mjs ABI PROGRAM [ARGUMENT]...

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path, { join } from "node:path";
import { patientFiles } from "./patient-files.mjs";

const [abi, ...argv] = process.argv.slice(2);
const module = new WebAssembly.Module(readFileSync(/** @type {string} */ (argv[0])));
process.env.TMPDIR ??= tmpdir();
try {
  await (abi === "wasi_snapshot_preview1" ? runWasip1() : runJs());
} catch (error) {
  console.error(error);
  process.exit(1);
}

/** As Go's own wasm_exec_node.js does it. */
async function runJs() {
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
}

/** As Go's own go_wasip1_wasm_exec does it: all files, and the working directory in PWD. */
async function runWasip1() {
  const { wasip1 } = await import("../../dist/wasip1.js");
  const [name, ...args] = argv;
  const env = { ...process.env, PWD: process.cwd() };
  const program = wasip1({ name, args, env, fs: sharedStreams(patientFiles()) });
  program.run(new WebAssembly.Instance(module, { wasi_snapshot_preview1: program.imports }));
  process.exit(await program.exited);
}

/** Other processes have the standard streams, too, and with files the place in them: the program must not count it by itself. */
function sharedStreams(/** @type {ReturnType<typeof patientFiles>} */ { readSync, writeSync, ...others }) {
  const at = (/** @type {number} */ fd, /** @type {number | null} */ position) => (fd < 3 ? null : position);
  return {
    ...others,
    readSync: (/** @type {[number, any, number, number, number | null]} */ ...[fd, bytes, offset, length, position]) =>
      readSync(fd, bytes, offset, length, at(fd, position)),
    writeSync: (/** @type {[number, any, number, number, number | null]} */ ...[fd, bytes, offset, length, position]) =>
      writeSync(fd, bytes, offset, length, at(fd, position)),
  };
}
