// Every call and fault of a program against the frames that Go's own runtime finds: the program is built with a second file
// in package main that answers for PCs by `runtime.CallersFrames`, and is asked for all that the code map names.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../scripts/paths.mjs";
import { go, goroot } from "../harness/go.mjs";

const ORACLE = join(root, "tests/debug/oracle/oracle.go");

/**
 * @param {{ folder: string, goPackage: string, example: string, ways?: string[][] }} what `folder` is where `go build` of the
 *   package runs; `example` is optimizer/core/examples/frames.rs, built
 * @returns {{ sites: number, levels: number }} how many were compared, over all ways
 */
export function compareWithRuntime({ folder, goPackage, example, ways = [[], ["--optimize"]] }) {
  const work = mkdtempSync(join(tmpdir(), "gowasp-debug-"));
  try {
    const wasm = join(work, "program.wasm");
    const overlay = join(work, "overlay.json");
    const directory = go(["list", "-f", "{{.Dir}}", goPackage], { GOOS: "js", GOARCH: "wasm" }, folder).trim();
    writeFileSync(overlay, JSON.stringify({ Replace: { [join(directory, "gowasp_oracle.go")]: ORACLE } }));
    go(["build", "-overlay", overlay, "-o", wasm, goPackage], { GOOS: "js", GOARCH: "wasm" }, folder);
    let [sites, levels] = [0, 0];
    for (const way of ways) {
      const { frames: ours, wrappers } = framesOf(example, [wasm, ...way]);
      const pcs = new Set(ours.flatMap(({ pcs }) => pcs));
      const theirs = askRuntime(wasm, [...pcs]);
      for (const { offset, pcs, frames } of ours) {
        const wanted = pcs.flatMap((pc) => theirs.get(pc) ?? []);
        const what = `${goPackage} ${way.join(" ")}: offset ${offset} of the code section`;
        assert.deepEqual(comparable(frames, wrappers), comparable(wanted, wrappers), what);
        sites++;
        levels += frames.length;
      }
    }
    return { sites, levels };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function framesOf(/** @type {string} */ example, /** @type {string[]} */ args) {
  const lines = run(example, args).trimEnd().split("\n");
  const [, ...wrappers] = /** @type {string} */ (lines.pop()).split("\t");
  const frames = lines.map((line) => {
    const [offset, , pcs, ...frames] = line.split("\t");
    return { offset, pcs: pcs.split(","), frames: frames.map(forPrint) };
  });
  return { frames, wrappers: new Set(wrappers.map(forPrint)) };
}

function askRuntime(/** @type {string} */ wasm, /** @type {string[]} */ pcs) {
  const node = join(goroot().trim(), "lib/wasm/wasm_exec_node.js");
  const answers = run(process.execPath, ["--stack-size=8192", node, wasm], `${pcs.join("\n")}\n`, {
    GOWASP_ORACLE: "1",
  });
  const lines = answers.trimEnd().split("\n");
  return new Map(
    lines.map((line) => {
      const [pc, ...frames] = line.split("\t");
      return [pc, frames];
    }),
  );
}

/**
 * The runtime leaves out wrappers that the compiler made around what is inlined into them (`FuncIDWrapper` in `Frames.Next`,
 * runtime/symtab.go); our readers, who show what runs, do not.
 *
 * @param {string[]} frames
 * @param {Set<string>} wrappers
 */
function comparable(frames, wrappers) {
  const isWrapper = (/** @type {string} */ frame) => wrappers.has(frame.slice(0, frame.indexOf("|")));
  return frames.length > 1 ? frames.filter((frame) => !isWrapper(frame)) : frames;
}

/** Type arguments as the runtime prints them (`funcNameForPrint` in runtime/symtab.go). */
function forPrint(/** @type {string} */ frame) {
  const [name, ...rest] = frame.split("|");
  const [open, close] = [name.indexOf("["), name.lastIndexOf("]")];
  const printed = open >= 0 && open < close ? `${name.slice(0, open)}[...]${name.slice(close + 1)}` : name;
  return [printed, ...rest].join("|");
}

function run(/** @type {string} */ command, /** @type {string[]} */ args, input = "", env = {}) {
  const options = {
    input,
    env: { ...process.env, ...env },
    maxBuffer: 1 << 30,
    encoding: /** @type {const} */ ("utf8"),
  };
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  assert.equal(status, 0, `${command}: ${stderr || error}`);
  return stdout;
}

export { run };
