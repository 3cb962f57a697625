// Every call and fault of a program against the frames that Go's own runtime finds: the program is built with a second file
// in package main that answers for PCs by `runtime.CallersFrames`, and is asked for all that the code map names.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../scripts/paths.mjs";
import { go, goroot } from "../harness/go.mjs";
import { hostScript } from "../harness/programs/hosts.mjs";
import { releaseEnv } from "../harness/toolchain.mjs";

const ORACLE = join(root, "tests/debug/oracle/oracle.go");

/**
 * @param {object} what
 * @param {string} what.folder where `go build` of the package runs
 * @param {string} what.goPackage
 * @param {string} what.release of Go, such as `1.21.13`; `local` is the machine's own
 * @param {"js" | "wasip1"} [what.goos]
 * @param {string} what.example optimizer/core/examples/frames.rs, built
 * @returns {{ sites: number, levels: number }} how many were compared, in Go's own file and in the optimized one
 */
export function compareWithRuntime({ folder, goPackage, release, goos = "js", example }) {
  const work = mkdtempSync(join(tmpdir(), "gowasp-debug-"));
  try {
    const wasm = join(work, "program.wasm");
    const overlay = join(work, "overlay.json");
    const env = { ...releaseEnv(release), GOOS: goos, GOARCH: "wasm" };
    const directory = go(["list", "-f", "{{.Dir}}", goPackage], env, folder).trim();
    writeFileSync(overlay, JSON.stringify({ Replace: { [join(directory, "gowasp_oracle.go")]: ORACLE } }));
    go(["build", "-overlay", overlay, "-o", wasm, goPackage], env, folder);
    let [sites, levels] = [0, 0];
    for (const way of [[], ["--optimize"]]) {
      const ours = framesOf(example, [wasm, ...way]);
      const pcs = new Set(ours.flatMap(({ pcs }) => pcs));
      const theirs = askRuntime(wasm, goos, [...pcs]);
      const last = [...pcs].reduce((a, b) => (Number.parseInt(a, 16) > Number.parseInt(b, 16) ? a : b));
      for (const { offset, pcs, frames } of ours) {
        // What follows the program's last PC is in no function, where the runtime looks for it.
        if (pcs[0] === last && theirs.get(last)?.length === 0) continue;
        const wanted = pcs.flatMap((pc) => theirs.get(pc) ?? []);
        const what = `${goPackage} ${way.join(" ")}: offset ${offset} of the code section`;
        assert.deepEqual(frames, wanted, what);
        sites++;
        levels += frames.length;
      }
    }
    return { sites, levels };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Copies a module's sources, as Go replaces no file of its own cache.
 *
 * @param {{ module: string, sum: string }} what `path@version`, and the hash that Go knows it by
 * @param {string} folder
 */
export function copySources({ module, sum }, folder) {
  const { Dir, Sum } = JSON.parse(go(["mod", "download", "-json", module]));
  assert.equal(Sum, sum, `${module} is another one`);
  run("cp", ["-R", `${Dir}/.`, folder]);
  // Go's cache can only be read.
  run("chmod", ["-R", "u+w", folder]);
}

/** What our own reader says: of each call its frames without those that the runtime leaves out. */
function framesOf(/** @type {string} */ example, /** @type {string[]} */ args) {
  const lines = run(example, args).trimEnd().split("\n");
  return lines.map((line) => {
    const [offset, , pcs, leftOut, ...frames] = line.split("\t");
    const out = leftOut.split(",");
    return { offset, pcs: pcs.split(","), frames: frames.filter((_, at) => !out.includes(`${at}`)).map(forPrint) };
  });
}

function askRuntime(/** @type {string} */ wasm, /** @type {string} */ goos, /** @type {string[]} */ pcs) {
  // Of the machine's own release: its host functions are those of the older ones, too.
  const gojs = ["--stack-size=8192", join(goroot(), "lib/wasm/wasm_exec_node.js"), wasm];
  const wasi = ["--no-warnings", hostScript("wasip1"), "", wasm];
  const answers = run(process.execPath, goos === "js" ? gojs : wasi, `${pcs.join("\n")}\n`, { GOWASP_ORACLE: "1" });
  const lines = answers.trimEnd().split("\n");
  return new Map(
    lines.map((line) => {
      const [pc, ...frames] = line.split("\t");
      return [pc, frames];
    }),
  );
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
