// Runs a program in this process: node --stack-size=… node.mjs ABI FETCH PROGRAM [ARGUMENT]...

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path, { join } from "node:path";
import { Go } from "../../dist/wasm_exec.mjs";
import { patientFiles } from "./patient-files.mjs";

const [abi = "", fetch, ...argv] = process.argv.slice(2);
const module = new WebAssembly.Module(readFileSync(/** @type {string} */ (argv[0])));
await runJs();

/** As Go's own wasm_exec_node.js does it. */
async function runJs() {
  Object.assign(globalThis, { fs: patientFiles(), path, require: createRequire(join(process.cwd(), "/")) });
  // By this name net/http knows a Node (roundtrip_js.go).
  if (fetch) Object.defineProperty(process, "argv0", { value: "go" });
  process.env.TMPDIR ??= tmpdir();
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
  try {
    await go.run(new WebAssembly.Instance(module, go.importObject));
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}
