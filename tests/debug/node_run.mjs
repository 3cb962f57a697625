/**
 * Runs a js module with Go's own host functions, and prints V8's stack where it ends.
 *
 *     node node_run.mjs GOROOT WASM
 */
import fs from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [goroot, wasm] = process.argv.slice(2);
Error.stackTraceLimit = Number.POSITIVE_INFINITY;
Object.assign(globalThis, { fs, process, require: createRequire(import.meta.url) });
createRequire(import.meta.url)(join(goroot, "lib/wasm/wasm_exec.js"));
const go = new globalThis.Go();
go.env = { ...process.env };
go.exit = () => {};
const { gojs } = go.importObject;
const end = gojs["runtime.wasmExit"];
gojs["runtime.wasmExit"] = (sp) => {
  console.log(new Error("ended").stack);
  end(sp);
};
const { instance } = await WebAssembly.instantiate(fs.readFileSync(wasm), go.importObject);
await go.run(instance).catch(() => {});
