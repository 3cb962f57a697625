/**
 * Runs one task in a process of its own, with two or more modules that take turns.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { hashOf } from "../../harness/cache.mjs";
import { runChild } from "../../harness/child.mjs";
import { goroot } from "../../harness/go.mjs";
import { NODE_MODULES } from "../../harness/inputs.mjs";
import { median } from "../measure/statistics.mjs";

const HOST = join(dirname(fileURLToPath(import.meta.url)), "host.mjs");
const TIMEOUT_MS = 900_000;

/**
 * @typedef {object} Task
 * @property {string} name for people
 * @property {string} program its name in `PROGRAMS`
 * @property {string[]} [args]
 * @property {string} [stdin]
 * @property {Record<string, string>} [files] written to the directory that it runs in
 * @property {string} [offersAt] it ends when it waits for calls of functions in the global object of this name; `""` for no object
 * @property {number} [exitCode] 0 by default
 *
 * @typedef {{threadMs: number, processMs: number, wallMs: number}} Times CPU time of the main thread and of all, wall time
 * @typedef {Times & {peakMiB: number, first: Times}} Used from the compilation to the exit, and to the `first` output
 */

/**
 * Runs a task with all modules, which take turns, and compares what they write.
 *
 * @param {Task} task
 * @param {Record<string, string>} modules paths by side; one is called `original`
 * @param {number} rounds
 * @returns {Promise<Record<string, Used[]>>} a run for each round, by side
 * @throws {Error} when a run fails, or the modules do not all write the same
 */
export async function takeTaskTurns(task, modules, rounds) {
  const sides = Object.keys(modules);
  const used = Object.fromEntries(sides.map((side) => [side, []]));
  let expected;
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 ? sides.toReversed() : sides) {
      const { written, ...rest } = await runOnce(task, modules[side]);
      expected ??= written;
      if (written !== expected) throw new Error(`${task.name}: ${side} writes something else`);
      used[side].push(rest);
    }
  }
  return used;
}

/**
 * @param {Used[]} runs
 * @param {(run: Used) => number} of
 * @returns {number}
 */
export function middle(runs, of) {
  return median(runs.map(of));
}

/**
 * The median of the ratios within a round, so that a machine that slows down for a while disturbs both sides alike.
 *
 * @param {Used[]} runs
 * @param {Used[]} originals
 * @param {(run: Used) => number} of
 * @returns {number}
 */
export function middleRatio(runs, originals, of) {
  return median(runs.map((run, round) => of(run) / of(originals[round])));
}

/** @returns {Promise<Used & {written: string}>} `written` is the hash of all output */
async function runOnce({ name, args = [], stdin, files = {}, offersAt, exitCode = 0 }, wasm) {
  const cwd = mkdtempSync(join(tmpdir(), "gowasp-bench-"));
  try {
    for (const [file, text] of Object.entries(files)) writeFileSync(join(cwd, file), text);
    mkdirSync(join(cwd, "out"));
    const report = join(cwd, "report.json");
    const wasmExec = join(goroot(), "lib/wasm/wasm_exec.js");
    const env = {
      PATH: process.env.PATH,
      NODE_PATH: NODE_MODULES,
      PWD: cwd,
      ...(offersAt !== undefined && { OFFERS_AT: offersAt }),
    };
    const { ended, stdout, stderr } = await runChild(
      "node",
      ["--stack-size=8192", HOST, wasmExec, report, wasm, ...args],
      { cwd, env, stdin, timeoutMs: TIMEOUT_MS },
    );
    if (ended !== `exit code ${exitCode}`) throw new Error(`${name}: ${ended}\n${stderr}`);
    const outputs = readdirSync(join(cwd, "out")).sort();
    const texts = outputs.map((file) => readFileSync(join(cwd, "out", file)));
    return { ...JSON.parse(readFileSync(report, "utf8")), written: hashOf(stdout, stderr, ...texts) };
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
