/**
 * The program set: whole programs of several kinds, on which nobody tuned a pass. They begin with nothing compiled, as programs
 * do, so they show what the micro benchmarks leave out: how long code waits for an optimizing compiler, and how much of the time
 * is Go's allocator and collector.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../scripts/paths.mjs";
import { goroot } from "../../harness/go.mjs";
import { optimized } from "../measure/gowasp.mjs";
import { goBuild } from "../measure/programs.mjs";
import { geometricMean } from "../measure/statistics.mjs";
import { table } from "../measure/table.mjs";
import { middle, middleRatio, takeTaskTurns } from "./run_task.mjs";

const FOLDER = join(root, "tests/bench/set");

/** What is measured beside the original, by the flags of `gowasp optimize`. */
const SIDES = { gowasp: [], speed: ["--for", "speed"], heap: ["--gc-first-heap", "32MiB"] };

/**
 * @typedef {object} SetRow
 * @property {string} name
 * @property {number} originalMs CPU time of the main thread, from the compilation of the module to the exit
 * @property {Record<keyof typeof SIDES, number>} ratios of that, to the original
 * @property {Record<"original" | keyof typeof SIDES, number>} peakMiB
 * @property {Record<"original" | keyof typeof SIDES, number>} bytes of the modules
 */

/** 3 MB of Go. */
const source = () => join(goroot(), "src/cmd/compile/internal/ssa/opGen.go");

/** Tables, lists and code, as documents have them. */
function documents() {
  const files = ["README.md", "ARCHITECTURE.md", "ASSUMPTIONS.md", "CHANGELOG.md", "CONTRIBUTING.md"];
  const texts = files.map((file) => readFileSync(join(root, file), "utf8"));
  return texts.join("\n\n").repeat(12);
}

const PROGRAMS = [
  { name: "formatter: gofmt", program: "gofmt", args: () => [source()] },
  { name: "interpreter loop: gopher-lua", program: "lua" },
  { name: "query over JSON: gojq", program: "query" },
  { name: "compressor: klauspost/compress", program: "compress", stdin: () => readFileSync(source(), "latin1") },
  { name: "JavaScript engine: goja", program: "script" },
  { name: "Markdown: goldmark", program: "markdown", stdin: documents },
];

/**
 * @param {import("../measure/gowasp.mjs").Optimizer} optimizer
 * @param {number} rounds
 * @param {(line: string) => void} say
 * @returns {Promise<SetRow[]>}
 * @throws {Error} when a run fails, or the modules do not all write the same
 */
export async function timeProgramSet(optimizer, rounds, say) {
  const rows = [];
  for (const { name, program, args, stdin } of PROGRAMS) {
    say(`speed of the program set, ${name}`);
    const original =
      program === "gofmt" ? goBuild("cmd/gofmt", root, "gofmt") : goBuild(`./${program}`, FOLDER, `set-${program}`);
    const modules = { original };
    for (const [side, flags] of Object.entries(SIDES)) modules[side] = await optimized(optimizer, original, flags);
    const task = { name, program, args: args?.(), stdin: stdin?.() };
    const runs = await takeTaskTurns(task, modules, rounds);
    const thread = (run) => run.threadMs;
    const bySide = (of) => Object.fromEntries(Object.keys(modules).map((side) => [side, of(side)]));
    rows.push({
      name,
      originalMs: middle(runs.original, thread),
      ratios: bySide((side) => middleRatio(runs[side], runs.original, thread)),
      peakMiB: bySide((side) => middle(runs[side], (run) => run.peakMiB)),
      bytes: bySide((side) => readFileSync(modules[side]).length),
    });
  }
  return rows;
}

/**
 * @param {SetRow[]} rows
 * @returns {string} Markdown
 */
export function programSetTable(rows) {
  const times = (ratio) => (1 / ratio).toFixed(2);
  const head = ["program", "ms, main thread", "gowasp", "`--for speed`", "`--gc-first-heap 32MiB`"];
  const sizes = ["bytes, `--for speed`", "peak MiB", "gowasp", "`--gc-first-heap`"];
  const cells = rows.map(({ name, originalMs, ratios, peakMiB, bytes }) => [
    name,
    originalMs.toFixed(0),
    ...Object.keys(SIDES).map((side) => times(ratios[side])),
    (bytes.speed / bytes.gowasp).toFixed(2),
    ...["original", "gowasp", "heap"].map((side) => peakMiB[side].toFixed(0)),
  ]);
  const means = Object.keys(SIDES).map((side) => `**${times(geometricMean(rows.map(({ ratios }) => ratios[side])))}**`);
  cells.push(["**geometric mean**", "", ...means, "", "", "", ""]);
  const note =
    "Original / optimized, CPU time of the main thread under Node: how many times as fast whole programs are, from the compilation of the " +
    "module to their exit. The bytes are those of the module with `--for speed`, in parts of the one without.";
  return `${table([...head, ...sizes], cells)}\n\n${note}`;
}
