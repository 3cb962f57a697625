// What hosts, LLVM and `gowasp symbolicate` make of debug information: the lines of each must be those that Go's own traceback of
// the same run prints.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { cacheDir, root } from "../../scripts/paths.mjs";
import { go, goroot } from "../harness/go.mjs";
import { run } from "./callers.mjs";

/** What ends a run, all by a host function in which the program exits: `GOWASP_END` of the test program. */
export const ENDS = ["panic", "nil", "index", "divide"];
/** One that ends in a trap of the engine. It is no place that a side-car names. */
export const TRAP = "trap";

const WASMTIME = join(root, "tests/debug/wasmtime_run.py");
const WAZERO = join(root, "tests/debug/wazero");

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

/** Builds the program that `runInWazero` runs. */
export function wazeroHost(/** @type {string} */ work) {
  const program = join(work, "wazero");
  go(["build", "-o", program, "."], { GOFLAGS: "", GOWORK: "off" }, WAZERO);
  return program;
}

/** Runs a wasip1 module in wazero until it fails: Go's own traceback, and wazero's. */
export function runInWazero(/** @type {string} */ host, /** @type {string} */ wasm, /** @type {string} */ end) {
  return run(host, [wasm], "", { GOWASP_END: end });
}

/** The lines of package main in wazero's trace. Of inlined calls it does not say whose they are. */
export function wazeroLines(/** @type {string} */ output) {
  const [, trace] = output.split(/wasm stack trace:\n/);
  assert.ok(trace, output);
  const ours = trace.split(/^\t(?=\S)/m).filter((frame) => frame.startsWith(".main."));
  return ours.flatMap((frame) => [...frame.matchAll(/^\t\t(?:0x[0-9a-f]+:)? +(\S+:\d+)/gm)].map(([, place]) => place));
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

/** wasm-tools, compiled once with nothing but the command that is used here. */
export function wasmToolsProgram() {
  const version = "1.263.0";
  const folder = join(cacheDir, "tools", `wasm-tools-cli-${version}`);
  const program = join(folder, "bin/wasm-tools");
  if (!existsSync(program)) {
    console.error(`  compiling wasm-tools ${version}, once`);
    const features = ["--no-default-features", "--features", "addr2line"];
    run("cargo", ["install", "--locked", "--quiet", "--root", folder, `wasm-tools@${version}`, ...features]);
  }
  return program;
}

/** What wasm-tools says stands at offsets in the code section: `NAME FILE:LINE` of each level. */
export function wasmToolsFrames(/** @type {string} */ wasm, /** @type {number[]} */ offsets) {
  const said = run(wasmToolsProgram(), ["addr2line", "--code-section-relative", wasm, ...offsets.map(String)]);
  const levels = said.trim().split(/\n(?=\d+: )/);
  return levels.map((text) =>
    text.split("\n").map((line) => {
      const [, name, file, at] = /^(?:\d+: |\t)(.+) (\S+?):(\d+)(?::\d+)?$/.exec(line) ?? [];
      return `${name}|${file}|${at}`;
    }),
  );
}
