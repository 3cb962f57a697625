/**
 * What it takes to start: time to the first byte of output and peak memory on V8, for the programs from npm, those that Go's
 * distribution has, and the shapes that are hard on engines.
 *
 *     node tests/bench/start.mjs [NAME...] [--rounds N] [--all] [--large]
 *
 * `--all` adds every other test program, `--large` the Go compiler.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { command, UsageError, wholeNumber } from "../harness/command.mjs";
import { findOptimizer, optimized } from "./measure/gowasp.mjs";
import { findProgram } from "./measure/programs.mjs";
import { geometricMean } from "./measure/statistics.mjs";
import { table } from "./measure/table.mjs";
import { testPrograms } from "./measure/test_programs.mjs";
import { middle, middleRatio, takeTaskTurns } from "./speed/run_task.mjs";

/** No program may take more than the original to start; this is what a good one takes. */
const GOAL = 0.7;

/** hcl2json and astro only offer functions: they have started when they wait for calls. */
const REAL = [
  { name: "esbuild --version", program: "esbuild", args: ["--version"] },
  { name: "hcl2json, ready", program: "hcl2json", offersAt: "__parse_terraform_config_wasm__" },
  { name: "astro, ready", program: "astro", offersAt: "" },
  { name: "gofmt, one line", program: "gofmt", stdin: "package p\n" },
  { name: "hello", program: "hello", args: ["world"] },
  { name: "templates", program: "templates" },
  { name: "compile -V", program: "compile", args: ["-V"], large: true },
];

/**
 * @typedef {object} StartRow medians
 * @property {string} name
 * @property {{ms: number, cpuMs: number, peakMiB: number}} original wall time and all threads' CPU time to the first output, and
 *   the most memory that the process held until its end
 * @property {{ms: number, cpuMs: number, peakMiB: number}} gowasp
 * @property {{time: number, cpu: number, thread: number, memory: number}} ratio `thread` of the main thread's CPU time
 *
 * @typedef {{gowasp: string, rounds: number, rows: StartRow[]}} StartFigures
 */

/**
 * @param {{names?: string[], rounds?: number, all?: boolean, large?: boolean, say?: (line: string) => void}} [options]
 * @returns {Promise<StartFigures>}
 */
export async function measureStart({ names = [], rounds = 5, all = false, large = false, say = () => {} } = {}) {
  const optimizer = await findOptimizer();
  const known = await startable(all);
  const unknown = names.find((name) => !known.some((one) => one.name === name));
  if (unknown)
    throw new UsageError(`nothing is called "${unknown}": there are ${known.map(({ name }) => name).join(", ")}`);
  const rows = [];
  for (const one of known) {
    if (names.length ? !names.includes(one.name) : one.large && !large) continue;
    say(`start of ${one.name}`);
    const original = one.wasm();
    const runs = await takeTaskTurns(one, { original, gowasp: await optimized(optimizer, original) }, rounds);
    rows.push(startRow(one.name, runs));
  }
  return { gowasp: optimizer.version, rounds, rows };
}

/** Everything that can be started: tasks, each with a function that gives the path of its module. */
async function startable(all) {
  const tests = (await testPrograms({ all })).map(({ name, wasm, program: { args, stdin, exitCode } }) => {
    return { name, args, stdin, exitCode, wasm: () => wasm };
  });
  return [...REAL.map((task) => ({ ...task, wasm: findProgram(task.program).wasm })), ...tests];
}

function startRow(name, { original, gowasp }) {
  const side = (runs) => ({
    ms: middle(runs, wall),
    cpuMs: middle(runs, cpu),
    peakMiB: middle(runs, memory),
  });
  const ratio = (of) => middleRatio(gowasp, original, of);
  const ratios = { time: ratio(wall), cpu: ratio(cpu), thread: ratio(thread), memory: ratio(memory) };
  return { name, original: side(original), gowasp: side(gowasp), ratio: ratios };
}

const wall = ({ first }) => first.wallMs;
const cpu = ({ first }) => first.processMs;
const thread = ({ first }) => first.threadMs;
const memory = ({ peakMiB }) => peakMiB;

/**
 * @param {StartFigures} figures
 * @returns {string} Markdown
 */
export function startTable({ rows }) {
  const head = [
    "program",
    "ms to output",
    "gowasp",
    "ratio",
    "CPU ratio",
    "main thread",
    "peak MiB",
    "gowasp",
    "ratio",
  ];
  const lines = rows.map(({ name, original, gowasp, ratio }) => [
    name,
    ...[original.ms, gowasp.ms].map((ms) => ms.toFixed(0)),
    ...[ratio.time, ratio.cpu, ratio.thread].map((value) => value.toFixed(2)),
    ...[original.peakMiB, gowasp.peakMiB].map((mib) => mib.toFixed(0)),
    ratio.memory.toFixed(2),
  ]);
  const mean = (key) => geometricMean(rows.map(({ ratio }) => ratio[key])).toFixed(2);
  const means = [mean("time"), mean("cpu"), mean("thread")];
  lines.push(["**geometric mean**", "", "", ...means, "", "", mean("memory")]);
  return `${table(head, lines)}\n\n${verdict(rows)}`;
}

function verdict(rows) {
  const worse = rows.filter(({ ratio }) => ratio.cpu > 1 || ratio.memory > 1).map(({ name }) => name);
  const short = rows.filter(({ ratio }) => Math.max(ratio.cpu, ratio.memory) > GOAL).length;
  const above = worse.length
    ? `More than the original's CPU time or memory: ${worse.join(", ")}.`
    : "None takes more than the original.";
  return `${above} ${rows.length - short} of ${rows.length} are at ${GOAL} or less of both.`;
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: "string", default: "5" }, all: { type: "boolean" }, large: { type: "boolean" } },
  });
  const options = { all: values.all, large: values.large, rounds: wholeNumber("rounds", values.rounds) };
  console.log(startTable(await measureStart({ ...options, names: positionals, say: console.error })));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await command(main);
