// The stages of `run.mjs`, of which CI runs those that need nothing but the command: each fails, or says what was compared.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { wasmtimeHome } from "../../scripts/engines.mjs";
import { root } from "../../scripts/paths.mjs";
import { wasmtimeEngine } from "../../scripts/setup/engines.mjs";
import { builtProgram } from "../harness/go.mjs";
import { inputPath } from "../harness/inputs.mjs";
import { compareWithRuntime, copySources, run } from "./callers.mjs";
import { hitBreakpoints } from "./chromium.mjs";
import { firefoxProfile, shownFunctions } from "./firefox.mjs";
import {
  ENDS,
  goFrames,
  llvmFrames,
  nodeFrames,
  packedFile,
  runInNode,
  runInWasmtime,
  runInWazero,
  TRAP,
  verifyDwarf,
  wasmToolsFrames,
  wasmtimeFrames,
  wazeroHost,
  wazeroLines,
} from "./hosts.mjs";
import { shownByChromium, shownByNode } from "./profiles.mjs";
import { compareWithSentry, symbolicReader } from "./sentry.mjs";

const PROGRAM = join(root, "tests/debug/program");
const PROFILED = join(root, "tests/debug/firefox/program");

/** The sources of the esbuild that other tests take from npm. */
const ESBUILD = {
  module: "github.com/evanw/esbuild@v0.28.2",
  sum: "h1:A2uETn4jrQTcXaT/shwTDTYBxDjl7fV7nXmUrJxfA2w=",
};

/**
 * @typedef {object} Tools
 * @property {string} example optimizer/core/examples/frames.rs, built
 * @property {string} gowasp
 * @property {string} release of Go that builds the test program: `1.21.13`, or `local`
 * @property {boolean} quick what CI has time for
 */

/** Every call and fault of programs against Go's runtime: small ones of any release, the large ones of the machine's own. */
export function callers(/** @type {Tools} */ { example, release, quick }) {
  const programs = join(root, "tests/programs");
  /** @type {{ folder: string, goPackage: string, goos?: "js" | "wasip1" }[]} */
  const compared = [{ folder: PROGRAM, goPackage: "." }];
  if (!quick) {
    compared.push({ folder: PROGRAM, goPackage: ".", goos: "wasip1" });
    compared.push({ folder: programs, goPackage: "./callers" }, { folder: programs, goPackage: "./generics" });
  }
  return inFolder((work) => {
    if (!quick && release === "local") {
      copySources(ESBUILD, work);
      compared.push({ folder: PROGRAM, goPackage: "cmd/gofmt" }, { folder: work, goPackage: "./cmd/esbuild" });
    }
    const counts = compared.map((program) => {
      const { sites, levels } = compareWithRuntime({ ...program, release, example });
      assert.ok(sites > 10_000 && levels > sites, `${sites} calls`);
      return `${program.goPackage}: ${sites} calls, ${levels} frames`;
    });
    return counts.join("; ");
  });
}

/** The two files of a way: as Go wrote it, and optimized, both with DWARF and names. */
function withDebug(/** @type {Tools} */ { gowasp }, /** @type {string} */ work, /** @type {string} */ wasm) {
  return ["debug", "optimize"].map((way) => {
    const out = join(work, `${way}.wasm`);
    run(gowasp, [way, wasm, "-o", out, "--debug", "names,dwarf", "-q"]);
    return { way, out };
  });
}

/** What LLVM and wasm-tools read of DWARF. */
export function llvm(/** @type {Tools} */ tools) {
  const wasm = builtProgram(PROGRAM, { release: tools.release, goos: "wasip1" });
  return inFolder((work) => {
    let compared = 0;
    for (const { way, out } of withDebug(tools, work, wasm)) {
      verifyDwarf(out);
      const args = way === "optimize" ? [wasm, "--optimize"] : [wasm];
      const lines = run(tools.example, args).trimEnd().split("\n");
      // A part of all, spread over the file.
      const some = lines.filter((_, at) => at % 29 === 0).map((line) => line.split("\t"));
      const offsets = some.map(([offset]) => Number(offset));
      const [byLlvm, byWasmTools] = [llvmFrames(out, offsets), wasmToolsFrames(out, offsets)];
      for (const [at, [offset, , , , ...frames]] of some.entries()) {
        assert.deepEqual(byLlvm[at], frames, `LLVM, ${way}: offset ${offset}`);
        assert.deepEqual(byWasmTools[at], frames, `wasm-tools, ${way}: offset ${offset}`);
        compared++;
      }
    }
    return `${compared} addresses`;
  });
}

/** What Sentry's libraries read of the debug file of a packed program. */
export function sentry(/** @type {Tools} */ { gowasp, example, release }) {
  const reader = symbolicReader();
  const programs = [builtProgram(PROGRAM, { release, goos: "wasip1" }), inputPath("esbuild")];
  return inFolder((work) => {
    const counts = programs.map((wasm, at) =>
      compareWithSentry({ reader, gowasp, example, wasm, work: join(work, `${at}`) }),
    );
    return `${counts.join(" and ")} addresses`;
  });
}

/** Traces of wasmtime, by DWARF and by side-car. */
export async function wasmtime(/** @type {Tools} */ tools) {
  await wasmtimeEngine(() => {});
  const wasm = builtProgram(PROGRAM, { release: tools.release, goos: "wasip1" });
  return inFolder((work) => {
    let frames = 0;
    const bare = join(work, "bare.wasm");
    const packed = join(work, "packed");
    run(tools.gowasp, ["optimize", wasm, "-o", bare, "-q"]);
    run(tools.gowasp, ["pack", wasm, "-o", packed, "--name", "app", "--encodings", "gzip", "-q"]);
    const symbols = packedFile(packed, ".symbols");
    const ends = tools.quick ? ENDS.slice(0, 2) : ENDS;
    for (const { way, out } of withDebug(tools, work, wasm)) {
      for (const end of [...ends, TRAP]) {
        const output = runInWasmtime({ wasmtime: wasmtimeHome, wasm: out, end, details: true });
        frames += sameFrames(wasmtimeFrames(output), goFrames(output), `${way}, ${end}`);
      }
    }
    for (const end of ends) {
      const output = runInWasmtime({ wasmtime: wasmtimeHome, wasm: bare, end, details: false });
      const trace = join(work, "trace.txt");
      writeFileSync(trace, output);
      const translated = run(tools.gowasp, ["symbolicate", "--symbols", symbols, trace]);
      frames += sameFrames(wasmtimeFrames(translated), goFrames(output), `symbolicate, ${end}`);
    }
    return `${frames} frames`;
  });
}

/** Lines in wazero's traces, of traps and of a host function's errors, by DWARF. */
export function wazero(/** @type {Tools} */ tools) {
  const wasm = builtProgram(PROGRAM, { release: tools.release, goos: "wasip1" });
  return inFolder((work) => {
    let lines = 0;
    const host = wazeroHost(work);
    for (const { way, out } of withDebug(tools, work, wasm)) {
      for (const end of [...ENDS, TRAP]) {
        const output = runInWazero(host, out, end);
        const wanted = goFrames(output).map((frame) => frame.slice(frame.lastIndexOf(" ") + 1));
        lines += sameFrames(wazeroLines(output), wanted, `${way}, ${end}`);
      }
    }
    return `${lines} lines`;
  });
}

/** Breakpoints and stacks in Chromium, in Go's own file and in an optimized one. */
export async function chromium(/** @type {Tools} */ tools) {
  const wasm = builtProgram(join(root, "tests/debug/breakpoints"), { release: tools.release, goos: "js" });
  return inFolder(async (work) => {
    let hit = 0;
    for (const way of ["debug", "optimize"]) {
      run(tools.gowasp, [way, wasm, "-o", join(work, "app.wasm"), "--debug", "names,sourcemap,dwarf", "-q"]);
      hit += await hitBreakpoints(work);
    }
    return `${hit} lines`;
  });
}

/** A profile that Firefox takes, translated by the command: the code of profiler.firefox.com shows Go's functions. */
export async function firefox(/** @type {Tools} */ { gowasp, release }) {
  const wasm = builtProgram(PROFILED, { release, goos: "js" });
  return inFolder(async (work) => {
    const packed = join(work, "packed");
    run(gowasp, ["pack", wasm, "-o", packed, "--name", "app", "--encodings", "gzip", "-q"]);
    const profile = await firefoxProfile({ work, wasm: packedFile(packed, ".wasm") });
    const translated = join(work, "translated.json");
    writeFileSync(translated, run(gowasp, ["symbolicate", "--symbols", packedFile(packed, ".symbols"), profile]));
    const [before, after] = [await shownFunctions(profile, work), await shownFunctions(translated, work)];
    const nameless = (/** @type {string[]} */ names) =>
      names.filter((name) => name.startsWith("wasm-function[")).length;
    for (const name of ["main.main", "main.longestCollatz", "main.sortedWords"]) {
      assert.ok(after.includes(name) && !before.includes(name), `${name}: ${after}`);
    }
    // The start function and others that the optimizer added are no functions of Go.
    assert.ok(nameless(after) <= 3 && nameless(before) > 10, `${nameless(after)} of ${nameless(before)} have no name`);
    return `${nameless(before) - nameless(after)} functions`;
  });
}

/** V8's own profiles, in Node and in Chromium, of a program with names. */
export async function profiles(/** @type {Tools} */ { gowasp, release }) {
  const wasm = builtProgram(PROFILED, { release, goos: "js" });
  const shown = ["main.main", "main.longestCollatz", "main.sortedWords"];
  return inFolder(async (work) => {
    let found = 0;
    for (const way of ["debug", "optimize"]) {
      const out = join(work, `${way}.wasm`);
      run(gowasp, [way, wasm, "-o", out, "--debug", "names", "-q"]);
      for (const names of [shownByNode(out, join(work, way)), await shownByChromium(out)]) {
        for (const name of shown) assert.ok(names.includes(name), `${way}: ${name} is not among ${names}`);
        found += shown.length;
      }
    }
    return `${found} functions`;
  });
}

/** Stacks of V8 at the end of a program, translated by the command and by `gowasp/symbolicate`. */
export async function node(/** @type {Tools} */ tools) {
  const wasm = builtProgram(PROGRAM, { release: tools.release, goos: "js" });
  const { symbolicate } = await import(pathToFileURL(join(root, "dist/symbolicate.js")).href);
  const fetch = async (/** @type {string} */ url) => new Response(readFileSync(new URL(url)));
  return inFolder(async (work) => {
    let frames = 0;
    const packed = join(work, "packed");
    run(tools.gowasp, ["pack", wasm, "-o", packed, "--name", "app", "--encodings", "gzip", "-q"]);
    for (const end of ENDS) {
      const { output, stack } = runInNode(packedFile(packed, ".wasm"), end);
      assert.doesNotMatch(stack, /main\./);
      const trace = join(work, "trace.txt");
      writeFileSync(trace, stack);
      const byCommand = run(tools.gowasp, ["symbolicate", "--symbols", packedFile(packed, ".symbols"), trace]);
      const byPackage = await symbolicate(stack, pathToFileURL(join(packed, "app.json")), { fetch });
      assert.equal(byPackage, byCommand);
      frames += sameFrames(nodeFrames(byCommand), goFrames(output), end);
      assert.doesNotMatch(byCommand, /wasm-function/, "no frame is left");
    }
    return `${frames} frames`;
  });
}

function sameFrames(/** @type {string[]} */ theirs, /** @type {string[]} */ go, /** @type {string} */ what) {
  assert.ok(go.length > 0, what);
  assert.deepEqual(theirs, go, what);
  return go.length;
}

async function inFolder(/** @type {(work: string) => string | Promise<string>} */ work) {
  const folder = mkdtempSync(join(tmpdir(), "gowasp-debug-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
