/**
 * Debug information in the hands of those who read it.
 *
 *     node tests/debug/run.mjs [STAGE...] [--example FILE] [--optimizer FILE] [--quick]
 *
 * callers: every call and fault of the test program, of gofmt and of esbuild against `runtime.CallersFrames`.
 * llvm: llvm-dwarfdump finds no fault, llvm-symbolizer says what the library says. wasmtime: its traces have the lines of Go's
 * own tracebacks, by DWARF and by `gowasp symbolicate`.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { wasmtimeHome } from "../../scripts/engines.mjs";
import { root } from "../../scripts/paths.mjs";
import { wasmtimeEngine } from "../../scripts/setup/engines.mjs";
import { command, known } from "../harness/command.mjs";
import { builtProgram } from "../harness/go.mjs";
import { compareWithRuntime, run } from "./callers.mjs";
import { ENDS, goFrames, llvmFrames, runInWasmtime, verifyDwarf, wasmtimeFrames } from "./hosts.mjs";

const PROGRAM = join(root, "tests/debug/program");
const STAGES = { callers, llvm, wasmtime };

await command(
  main,
  "usage: node tests/debug/run.mjs [callers] [llvm] [wasmtime] [--example FILE] [--optimizer FILE] [--quick]",
);

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { example: { type: "string" }, optimizer: { type: "string" }, quick: { type: "boolean" } },
  });
  const all = Object.keys(STAGES);
  const stages = known("stage", positionals.length ? positionals : all, all);
  const tools = {
    example: values.example ?? join(root, "target/debug/examples/frames"),
    gowasp: values.optimizer ?? process.env.GOWASP_BINARY ?? join(root, "target/release/gowasp"),
    quick: values.quick ?? false,
  };
  for (const stage of stages) {
    const began = performance.now();
    const said = await STAGES[/** @type {keyof typeof STAGES} */ (stage)](tools);
    console.log(`${stage}: ${said} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  }
  return 0;
}

/** @typedef {{ example: string, gowasp: string, quick: boolean }} Tools */

function callers(/** @type {Tools} */ { example, quick }) {
  const programs = [
    { folder: PROGRAM, goPackage: "." },
    ...(quick ? [] : [{ folder: PROGRAM, goPackage: "cmd/gofmt" }]),
  ];
  const counts = programs.map((program) => {
    const { sites, levels } = compareWithRuntime({ ...program, example });
    assert.ok(sites > 10_000 && levels > sites, `${sites} calls`);
    return `${program.goPackage}: ${sites} calls, ${levels} frames`;
  });
  return counts.join("; ");
}

/** The two files of a way: as Go wrote it, and optimized, both with DWARF and names. */
function withDebug(/** @type {Tools} */ { gowasp }, /** @type {string} */ work, /** @type {string} */ wasm) {
  return ["debug", "optimize"].map((way) => {
    const out = join(work, `${way}.wasm`);
    run(gowasp, [way, wasm, "-o", out, "--debug", "names,dwarf", "-q"]);
    return { way, out };
  });
}

function llvm(/** @type {Tools} */ tools) {
  const wasm = builtProgram(PROGRAM, { goos: "wasip1" });
  return inFolder((work) => {
    let compared = 0;
    for (const { way, out } of withDebug(tools, work, wasm)) {
      verifyDwarf(out);
      const args = way === "optimize" ? [wasm, "--optimize"] : [wasm];
      const lines = run(tools.example, args).trimEnd().split("\n");
      // A part of all, spread over the file.
      const some = lines.filter((_, at) => at % 29 === 0).map((line) => line.split("\t"));
      const theirs = llvmFrames(
        out,
        some.map(([offset]) => Number(offset)),
      );
      for (const [at, [offset, , , ...frames]] of some.entries()) {
        assert.deepEqual(theirs[at], frames, `${way}: offset ${offset}`);
        compared++;
      }
    }
    return `${compared} addresses`;
  });
}

async function wasmtime(/** @type {Tools} */ tools) {
  await wasmtimeEngine(() => {});
  const wasm = builtProgram(PROGRAM, { goos: "wasip1" });
  return inFolder((work) => {
    let frames = 0;
    const bare = join(work, "bare.wasm");
    const packed = join(work, "packed");
    run(tools.gowasp, ["optimize", wasm, "-o", bare, "-q"]);
    run(tools.gowasp, ["pack", wasm, "-o", packed, "--name", "app", "--encodings", "gzip", "-q"]);
    const [symbols] = run("ls", [packed])
      .split("\n")
      .filter((name) => name.endsWith(".symbols"));
    for (const end of ENDS) {
      for (const { way, out } of withDebug(tools, work, wasm)) {
        const output = runInWasmtime({ wasmtime: wasmtimeHome, wasm: out, end, details: true });
        frames += sameFrames(wasmtimeFrames(output), goFrames(output), `${way}, ${end}`);
      }
      const output = runInWasmtime({ wasmtime: wasmtimeHome, wasm: bare, end, details: false });
      const trace = join(work, "trace.txt");
      writeFileSync(trace, output);
      const translated = run(tools.gowasp, ["symbolicate", "--symbols", join(packed, symbols), trace]);
      frames += sameFrames(wasmtimeFrames(translated), goFrames(output), `symbolicate, ${end}`);
    }
    return `${frames} frames`;
  });
}

function sameFrames(/** @type {string[]} */ theirs, /** @type {string[]} */ go, /** @type {string} */ what) {
  assert.ok(go.length > 0, what);
  assert.deepEqual(theirs, go, what);
  return go.length;
}

function inFolder(/** @type {(work: string) => string} */ work) {
  const folder = mkdtempSync(join(tmpdir(), "gowasp-debug-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
