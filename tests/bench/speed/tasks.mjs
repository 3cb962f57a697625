/**
 * What real programs are timed at, each in processes of their own.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { NODE_MODULES } from "../../corpus/inputs.mjs";
import { runChild } from "../../programs/harness/child.mjs";
import { hashOf } from "../measure/cache.mjs";
import { goroot } from "../measure/programs.mjs";
import { median } from "../measure/statistics.mjs";

const HOST = join(dirname(fileURLToPath(import.meta.url)), "host.mjs");
const TIMEOUT_MS = 600_000;

const PAGE = `import * as React from "react";
import { createRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
const App = ({ name }) => <h1>Hello, {name}</h1>;
console.log(renderToString(<App name="server" />));
createRoot(document.body).render(<App name="page" />);
`;

/**
 * @typedef {object} Task
 * @property {string} name for people
 * @property {string} program its name in `PROGRAMS`
 * @property {string[]} args
 * @property {Record<string, string>} [files] written to the directory that it runs in
 *
 * @typedef {{threadMs: number, processMs: number, peakMiB: number}} Used by one run, from the compilation to the exit
 * @typedef {{name: string, original: Used, gowasp: Used, ratio: number, processRatio: number}} TaskRow medians
 */

/** @returns {Task[]} */
export function tasks() {
  const large = join(goroot(), "src/cmd/compile/internal/ssa/opGen.go");
  const bundle = ["page.jsx", "--bundle", "--minify", "--sourcemap", "--outdir=out", "--log-level=warning"];
  return [
    { name: "esbuild, bundle React", program: "esbuild", args: bundle, files: { "page.jsx": PAGE } },
    { name: "gofmt, 3 MB file", program: "gofmt", args: [large] },
    { name: "esbuild --version", program: "esbuild", args: ["--version"] },
    { name: "templates, small run", program: "templates", args: [] },
    { name: "hello world", program: "hello", args: ["world"] },
  ];
}

/**
 * Runs a task with both modules, which take turns, and compares what they write.
 *
 * @param {Task} task
 * @param {{original: string, gowasp: string}} modules paths
 * @param {number} rounds
 * @returns {Promise<TaskRow>}
 * @throws {Error} when a run fails, or the two do not write the same
 */
export async function timeTask(task, modules, rounds) {
  const used = { original: [], gowasp: [] };
  let expected;
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 ? ["gowasp", "original"] : ["original", "gowasp"];
    for (const side of order) {
      const { written, ...rest } = await runOnce(task, modules[side]);
      expected ??= written;
      if (written !== expected) throw new Error(`${task.name}: the optimized program writes something else`);
      used[side].push(rest);
    }
  }
  return {
    name: task.name,
    original: medians(used.original),
    gowasp: medians(used.gowasp),
    ratio: medianRatio(used, "threadMs"),
    processRatio: medianRatio(used, "processMs"),
  };
}

function medians(runs) {
  const of = (key) => median(runs.map((run) => run[key]));
  return { threadMs: of("threadMs"), processMs: of("processMs"), peakMiB: of("peakMiB") };
}

/** Of the ratios within a round, so that a machine that slows down for a while disturbs both sides alike. */
function medianRatio({ original, gowasp }, key) {
  return median(gowasp.map((run, round) => run[key] / original[round][key]));
}

/** @returns {Promise<Used & {written: string}>} `written` is the hash of all output */
async function runOnce({ name, args, files = {} }, wasm) {
  const cwd = mkdtempSync(join(tmpdir(), "gowasp-bench-"));
  try {
    for (const [file, text] of Object.entries(files)) writeFileSync(join(cwd, file), text);
    mkdirSync(join(cwd, "out"));
    const report = join(cwd, "report.json");
    const wasmExec = join(goroot(), "lib/wasm/wasm_exec.js");
    const { ended, stdout, stderr } = await runChild(
      "node",
      ["--stack-size=8192", HOST, wasmExec, report, wasm, ...args],
      { cwd, env: { PATH: process.env.PATH, NODE_PATH: NODE_MODULES, PWD: cwd }, timeoutMs: TIMEOUT_MS },
    );
    if (ended !== "exit code 0") throw new Error(`${name}: ${ended}\n${stderr}`);
    const outputs = readdirSync(join(cwd, "out")).sort();
    const texts = outputs.map((file) => readFileSync(join(cwd, "out", file)));
    return { ...JSON.parse(readFileSync(report, "utf8")), written: hashOf(stdout, stderr, ...texts) };
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
