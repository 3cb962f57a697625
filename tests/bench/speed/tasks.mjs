/**
 * What real programs are timed at, each in processes of their own.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../../scripts/paths.mjs";
import { BINARYEN_LEVELS, hasBinaryen, withBinaryen } from "../../harness/binaryen.mjs";
import { goroot } from "../../harness/go.mjs";
import { NODE_MODULES } from "../../harness/inputs.mjs";
import { runWatched } from "../measure/child.mjs";
import { optimized } from "../measure/gowasp.mjs";
import { findProgram, goBuild } from "../measure/programs.mjs";
import { median } from "../measure/statistics.mjs";
import { middle, middleRatio, takeTaskTurns } from "./run_task.mjs";

const PAGE = `import * as React from "react";
import { createRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
const App = ({ name }) => <h1>Hello, {name}</h1>;
console.log(renderToString(<App name="server" />));
createRoot(document.body).render(<App name="page" />);
`;

/**
 * @typedef {import("./run_task.mjs").Task & {native?: () => string}} TimedTask `native` is the path of the same
 *   program for this machine, or an empty string
 *
 * @typedef {{threadMs: number, processMs: number, peakMiB: number}} Medians
 *
 * @typedef {object} TaskRow
 * @property {string} name
 * @property {Medians} original
 * @property {Medians} gowasp
 * @property {number} ratio of the main thread's time
 * @property {number} processRatio of all threads' time
 * @property {Record<string, number>} binaryen the main thread's ratio, by wasm-opt's level; those that were made before
 * @property {number | null} nativeMs CPU time of all threads of the native program
 */

/**
 * @param {{large: boolean}} options whether the Go compiler is one
 * @returns {TimedTask[]}
 */
export function tasks({ large: withCompiler }) {
  const large = join(goroot(), "src/cmd/compile/internal/ssa/opGen.go");
  const bundle = ["page.jsx", "--bundle", "--minify", "--sourcemap", "--outdir=out", "--log-level=warning"];
  return [
    {
      name: "esbuild, bundle React",
      program: "esbuild",
      args: bundle,
      files: { "page.jsx": PAGE },
      native: nativeEsbuild,
    },
    {
      name: "gofmt, 3 MB file",
      program: "gofmt",
      args: [large],
      native: () => goBuild("cmd/gofmt", root, "gofmt", {}),
    },
    ...(withCompiler ? [compilation()] : []),
    { name: "esbuild --version", program: "esbuild", args: ["--version"] },
    { name: "templates, small run", program: "templates" },
    { name: "hello world", program: "hello", args: ["world"] },
  ];
}

/** The Go compiler at work on a package of the standard library; what that imports has been compiled before. */
function compilation() {
  const source = join(goroot(), "src/go/parser");
  const files = readdirSync(source).filter((file) => file.endsWith(".go") && !file.endsWith("_test.go"));
  const env = { ...process.env, GOTOOLCHAIN: "local", GOWORK: "off", GOFLAGS: "", GOOS: "js", GOARCH: "wasm" };
  const format = "{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}";
  const imports = execFileSync("go", ["list", "-export", "-deps", "-f", format, "go/parser"], {
    env,
    encoding: "utf8",
  });
  const options = ["-p", "go/parser", "-std", "-importcfg", "imports", "-o", "out/parser.o"];
  return {
    name: "compile, package go/parser",
    program: "compile",
    args: [...options, ...files.map((file) => join(source, file))],
    files: { imports },
    native: () => join(goroot(), "pkg/tool", nativeTarget(), "compile"),
  };
}

function nativeTarget() {
  return execFileSync("go", ["env", "GOHOSTOS", "GOHOSTARCH"], { encoding: "utf8" }).trim().replace("\n", "_");
}

/** The npm package `esbuild` has the same source, built for this machine. */
function nativeEsbuild() {
  const folder = join(NODE_MODULES, "@esbuild", `${process.platform}-${process.arch}`);
  return [join(folder, "bin", "esbuild"), join(folder, "esbuild.exe")].find((path) => existsSync(path)) ?? "";
}

/**
 * @param {TimedTask} task
 * @param {import("../measure/gowasp.mjs").Optimizer} optimizer
 * @param {number} rounds
 * @returns {Promise<TaskRow>}
 * @throws {Error} when a run fails, or the modules do not all write the same
 */
export async function timeTask(task, optimizer, rounds) {
  const original = findProgram(task.program).wasm();
  const modules = { original, gowasp: await optimized(optimizer, original) };
  const levels = BINARYEN_LEVELS.filter((level) => hasBinaryen(level, original));
  for (const level of levels) modules[level] = await withBinaryen(level, original);
  const runs = await takeTaskTurns(task, modules, rounds);
  const thread = (run) => run.threadMs;
  return {
    name: task.name,
    original: medians(runs.original),
    gowasp: medians(runs.gowasp),
    ratio: middleRatio(runs.gowasp, runs.original, thread),
    processRatio: middleRatio(runs.gowasp, runs.original, (run) => run.processMs),
    binaryen: Object.fromEntries(levels.map((level) => [level, middleRatio(runs[level], runs.original, thread)])),
    nativeMs: await nativeTime(task, rounds),
  };
}

function medians(runs) {
  const of = (key) => middle(runs, (run) => run[key]);
  return { threadMs: of("threadMs"), processMs: of("processMs"), peakMiB: of("peakMiB") };
}

/** On one processor, as wasm has no more. */
async function nativeTime({ native, args = [], files = {} }, rounds) {
  const program = native?.();
  if (!program) return null;
  const cwd = mkdtempSync(join(tmpdir(), "gowasp-bench-"));
  try {
    for (const [file, text] of Object.entries(files)) writeFileSync(join(cwd, file), text);
    mkdirSync(join(cwd, "out"));
    const env = { PATH: process.env.PATH, NODE_PATH: NODE_MODULES, GOMAXPROCS: "1", GOOS: "js", GOARCH: "wasm" };
    const times = [];
    for (let round = 0; round < rounds; round++) times.push((await runWatched(program, args, { cwd, env })).cpuMs);
    return times.includes(null) ? null : median(times);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
