// Runs a Go program as Go's wasm_exec_node.js does, with the host functions in the bundle given first:
//     node --import ./kit.mjs run.mjs BUNDLE PROGRAM_WASM [ARGUMENT...]

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [bundle, wasm, ...args] = process.argv.slice(2);
const { GoHost } = await import(pathToFileURL(bundle));
const env = { TMPDIR: os.tmpdir(), ...process.env };
const host = new GoHost({ name: wasm, args, env, fs, path, process });
// A callback in which the program dies throws, to nobody if a timer has called it; wasm_exec_node.js ends the process before.
process.on("uncaughtException", (error) => {
  if (error === host.failure) return;
  console.error(error);
  process.exit(1);
});
try {
  const { instance } = await WebAssembly.instantiate(fs.readFileSync(wasm), { gojs: host.imports });
  // Nothing is pending and the program has not ended: wasm_exec_node.js lets it report its deadlock then.
  process.once("beforeExit", () => host.reportDeadlock());
  process.exit(await host.run(instance));
} catch (error) {
  console.error(error);
  process.exit(1);
}
