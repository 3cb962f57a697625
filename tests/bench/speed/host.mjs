/**
 * Runs a `GOOS=js` program under Go's own `wasm_exec.js` and writes what it used as JSON when it ends.
 *
 *     node host.mjs WASM_EXEC_JS REPORT PROGRAM_WASM [ARGUMENT...]
 */
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { processTime, threadTime } from "./clock.mjs";

const [wasmExec, report, wasm, ...args] = process.argv.slice(2);
Object.assign(globalThis, { fs, path });
createRequire(import.meta.url)(wasmExec);

const go = new globalThis.Go();
go.argv = ["program", ...args];
go.env = process.env;

const bytes = fs.readFileSync(wasm);
const start = { thread: threadTime(), process: processTime() };
go.exit = (code) => {
  const used = {
    threadMs: threadTime() - start.thread,
    processMs: processTime() - start.process,
    peakMiB: peakMemory(),
  };
  fs.writeFileSync(report, JSON.stringify(used));
  process.exit(code);
};
const { instance } = await WebAssembly.instantiate(bytes, go.importObject);
await go.run(instance);

/** In MiB. Linux counts what the parent held before it started this program into `maxRSS`, but not into `VmHWM`. */
function peakMemory() {
  const status = fs.existsSync("/proc/self/status") ? fs.readFileSync("/proc/self/status", "utf8") : "";
  const kib = status.match(/^VmHWM:\s+(\d+) kB$/m)?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kib) / 1024;
}
