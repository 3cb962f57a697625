/**
 * Runs a `GOOS=js` program under Go's own `wasm_exec.js` and writes what it used as JSON when it ends.
 *
 *     node host.mjs WASM_EXEC_JS REPORT PROGRAM_WASM [ARGUMENT...]
 *
 * With `OFFERS_AT=NAME` in the environment, it ends when the program waits for calls: some only offer functions, in the global
 * object of this name, if the name is not empty.
 */
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { processTime, threadTime } from "./clock.mjs";

const [wasmExec, report, wasm, ...args] = process.argv.slice(2);
const { OFFERS_AT, ...env } = process.env;
const bytes = fs.readFileSync(wasm);

let first;
Object.assign(globalThis, { fs: { ...fs, write: noting(fs.write), writeSync: noting(fs.writeSync) }, path });
if (OFFERS_AT) globalThis[OFFERS_AT] = {};
createRequire(import.meta.url)(wasmExec);
const go = new globalThis.Go();
go.argv = ["program", ...args];
go.env = env;
go.exit = end;

const start = now();
// Before Go 1.21 the module of the same functions was called `go`.
const { instance } = await WebAssembly.instantiate(bytes, { ...go.importObject, go: go.importObject.gojs });
const exited = go.run(instance);
// `run` returns when the program waits for the first time.
if (OFFERS_AT !== undefined) end(0);
await exited;

function end(code) {
  const used = { ...since(start), peakMiB: peakMemory(), first: first ?? since(start) };
  fs.writeFileSync(report, JSON.stringify(used));
  process.exit(code);
}

/** A function of `fs` that notes when it is first called for one of the standard streams. */
function noting(write) {
  return (fd, ...rest) => {
    if (fd <= 2) first ??= since(start);
    return write.call(fs, fd, ...rest);
  };
}

function now() {
  return { threadMs: threadTime(), processMs: processTime(), wallMs: performance.now() };
}

function since(before) {
  return Object.fromEntries(Object.entries(now()).map(([clock, ms]) => [clock, ms - before[clock]]));
}

/** In MiB. Linux counts what the parent held before it started this program into `maxRSS`, but not into `VmHWM`. */
function peakMemory() {
  const status = fs.existsSync("/proc/self/status") ? fs.readFileSync("/proc/self/status", "utf8") : "";
  const kib = status.match(/^VmHWM:\s+(\d+) kB$/m)?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kib) / 1024;
}
