// A program that dies in many ways, packed with and without Go's own tables, and its traces.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gowaspBinary, root } from "../../scripts/paths.mjs";
import { runChild } from "../harness/child.mjs";

export const PROGRAM = join(root, "tests/strip/program");
/** What it dies of, by its argument. */
export const ENDS = ["nil", "again", "deadlock", "key", "generic", "throw"];
/** All that `--strip` takes. */
export const ALL = "names,lines,inlines,args";
const timeoutMs = 300_000;

/** Packs a module into a folder of its own in `work`; the paths of what was written. */
export async function packed(/** @type {string} */ work, /** @type {string} */ wasm, /** @type {string[]} */ args) {
  const directory = mkdtempSync(join(work, "packed-"));
  const pack = [
    "pack",
    wasm,
    "-o",
    directory,
    "--name",
    "app",
    "--encodings",
    "br",
    "--brotli",
    "1",
    "--check",
    "--strict",
  ];
  await said(gowaspBinary, [...pack, ...args]);
  const file = (/** @type {string} */ end) => {
    const name = readdirSync(directory).find((one) => one.endsWith(end));
    return join(directory, name ?? assert.fail(end));
  };
  return { wasm: file(".wasm"), symbols: file(".symbols"), manifest: file("app.json") };
}

/** What `gowasp symbolicate` makes of a trace. */
export async function symbolicated(/** @type {string} */ symbols, /** @type {string} */ stdin) {
  return (await said(gowaspBinary, ["symbolicate", "--symbols", symbols], stdin)).stdout;
}

/** Runs a command that must succeed. */
async function said(/** @type {string} */ command, /** @type {string[]} */ args, stdin = "") {
  const outcome = await runChild(command, args, { env: process.env, timeoutMs, stdin });
  assert.equal(outcome.exitCode, 0, outcome.stderr);
  return outcome;
}

/** A trace without the values of arguments and the numbers of memory, which differ between two runs. */
export function withoutArguments(/** @type {string} */ trace) {
  return trace
    .replace(/\((?!\.\.\.\)$)[^()]*\)$/gm, "()")
    .replace(/ (fp|sp|pc)=0x[\da-f]+/g, " $1=")
    .replace(/^\[signal .*$/gm, "[signal]");
}
