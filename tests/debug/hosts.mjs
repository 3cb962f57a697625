// What hosts, LLVM and `gowasp symbolicate` make of debug information: the lines of each must be those that Go's own traceback of
// the same run prints.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/paths.mjs";
import { goroot } from "../harness/go.mjs";
import { run } from "./callers.mjs";

/** What ends a run: `GOWASP_END` of the test program. */
export const ENDS = ["panic", "nil", "index", "divide"];

const WASMTIME = join(root, "tests/debug/wasmtime_run.py");

/** The file with that ending among those that `gowasp pack` wrote. */
export function packedFile(/** @type {string} */ folder, /** @type {string} */ ending) {
  return join(folder, readdirSync(folder).find((name) => name.endsWith(ending)) ?? "");
}

/**
 * Runs a wasip1 module in wasmtime until it fails.
 *
 * @param {{ wasmtime: string, wasm: string, end: string, details: boolean }} what `wasmtime` is the folder of the Python package
 * @returns {string} Go's own traceback, and wasmtime's
 */
export function runInWasmtime({ wasmtime, wasm, end, details }) {
  const env = { ...process.env, GOWASP_END: end, WASMTIME_BACKTRACE_DETAILS: details ? "1" : "0" };
  const { stdout, error } = spawnSync("python3", [WASMTIME, wasmtime, wasm], {
    env,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  assert.ok(!error, String(error));
  return stdout;
}

/**
 * The frames of package main in Go's own traceback of the goroutine that failed: name and `file:line`. Its files are those
 * of the tables.
 */
export function goFrames(/** @type {string} */ output) {
  const [, stack] = output.split(/^goroutine \d+ .*\n/m);
  assert.ok(stack, output);
  const found = stack.matchAll(/^(main\..+)\(.*\)\n\t(\S+:\d+)/gm);
  return [...found].map(([, name, place]) => `${name} ${place}`);
}

/** The same of wasmtime's trace, which `gowasp symbolicate` writes as well. */
export function wasmtimeFrames(/** @type {string} */ output) {
  const [, stack] = output.split(/wasm backtrace:\n/);
  assert.ok(stack, output);
  const found = stack.matchAll(/- (main\.\S+)\n +at (\S+?:\d+)/g);
  return [...found].map(([, name, place]) => `${name} ${place}`);
}

/**
 * Runs a js module in Node until it ends.
 *
 * @returns {{ output: string, stack: string }} what it wrote to standard error, and V8's stack where it ended
 */
export function runInNode(/** @type {string} */ wasm, /** @type {string} */ end) {
  const script = join(root, "tests/debug/node_run.mjs");
  const env = { ...process.env, GOWASP_END: end };
  const { stdout, stderr, error } = spawnSync(process.execPath, [script, goroot(), wasm], { env, encoding: "utf8" });
  assert.ok(!error, String(error));
  return { output: stderr, stack: stdout.slice(stdout.indexOf("Error: ended")) };
}

/** The frames of package main in a translated stack of V8. */
export function nodeFrames(/** @type {string} */ stack) {
  const found = stack.matchAll(/at (main\.\S+) \((\S+?:\d+)\)/g);
  return [...found].map(([, name, place]) => `${name} ${place}`);
}

/** Fails unless LLVM finds nothing to complain of in a module's DWARF. */
export function verifyDwarf(/** @type {string} */ wasm) {
  const said = run("llvm-dwarfdump", ["--verify", wasm]);
  assert.match(said, /No errors\.\n$/);
}

/** What LLVM says stands at offsets in the code section: `NAME FILE:LINE` of each level. */
export function llvmFrames(/** @type {string} */ wasm, /** @type {number[]} */ offsets) {
  const addresses = offsets.map((offset) => `0x${offset.toString(16)}`);
  const said = run(
    "llvm-symbolizer",
    ["--output-style=JSON", `--obj=${wasm}`, "--no-demangle"],
    `${addresses.join("\n")}\n`,
  );
  return said
    .trim()
    .split("\n")
    .map((line) => {
      const { Symbol: levels } = JSON.parse(line);
      return levels.map(({ FunctionName: name, FileName: file, Line: at }) => `${name}|${file || "?"}|${at}`);
    });
}
