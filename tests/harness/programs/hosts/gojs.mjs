/**
 * Runs a `GOOS=js` program with Go's own `wasm_exec.js`, and ends as Go's `wasm_exec_node.js` does.
 *
 *     node gojs.mjs WASM_EXEC_JS DRIVE_MJS PROGRAM_WASM [ARGUMENT...]     (DRIVE_MJS may be empty)
 */
import crypto from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { loadDriver } from "./driver.mjs";

const [wasmExec, drivePath, wasm, ...args] = process.argv.slice(2);

// The names that wasm_exec.js and Go's standard library look up.
const require = createRequire(import.meta.url);
Object.assign(globalThis, { require, fs, path });
globalThis.crypto ??= crypto;
require(wasmExec);

const go = new globalThis.Go();
go.argv = ["program", ...args];
go.env = { TMPDIR: os.tmpdir(), ...process.env };
go.exit = process.exit;

const driver = await loadDriver(drivePath, wasm);
const module = await WebAssembly.compile(fs.readFileSync(wasm));
// Up to Go 1.20 the functions of `gojs` are in `go`.
const imports = { go: go.importObject.gojs, ...go.importObject, ...driver.imports };
const instance = await WebAssembly.instantiate(module, imports);
driver.attach(instance);

process.on("exit", (code) => {
  if (code !== 0 || go.exited || driver.drives) return;
  // Nothing is pending and the program has not ended: wake it without an event, so that it reports its deadlock.
  go._pendingEvent = { id: 0 };
  go._resume();
});
const exited = go.run(instance);
if (driver.drives) await driver.drive();
await exited;
