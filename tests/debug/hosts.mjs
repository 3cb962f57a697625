// What hosts, LLVM and `gowasp symbolicate` make of debug information: the lines of each must be those that Go's own traceback of
// the same run prints.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/paths.mjs";
import { run } from "./callers.mjs";

/** What ends a run: `GOWASP_END` of the test program. */
export const ENDS = ["panic", "nil", "index", "divide"];

const WASMTIME = join(root, "tests/debug/wasmtime_run.py");

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

/** The offset of the code section's content in a module. */
export function codeStart(/** @type {string} */ wasm) {
  const bytes = readFileSync(wasm);
  const number = (/** @type {number} */ at) => {
    let [value, shift] = [0, 0];
    for (;;) {
      const byte = bytes[at++];
      value += (byte & 0x7f) * 2 ** shift;
      shift += 7;
      if (byte < 0x80) return [value, at];
    }
  };
  for (let at = 8; at < bytes.length; ) {
    const id = bytes[at];
    const [length, start] = number(at + 1);
    if (id === 10) return start;
    at = start + length;
  }
  throw new Error(`${wasm} has no code`);
}
