/**
 * What the optimizer itself costs: time, memory, and the time of each of its stages.
 *
 *     node tests/bench/optimizer.mjs [--rounds N] [--program NAME] [--large]
 *
 * `--large` adds the Go compiler.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { command, wholeNumber } from "../harness/command.mjs";
import { runWatched } from "./measure/child.mjs";
import { findOptimizer, GOWASP } from "./measure/gowasp.mjs";
import { findProgram, PROGRAMS } from "./measure/programs.mjs";
import { median } from "./measure/statistics.mjs";
import { count, table } from "./measure/table.mjs";

/**
 * @typedef {{wallMs: number, cpuMs: number | null, peakMiB: number | null}} Use medians
 *
 * @typedef {object} OptimizerFigures
 * @property {string} gowasp version
 * @property {string} program that was optimized
 * @property {number} bytes of it
 * @property {number} rounds
 * @property {Use} optimize `gowasp optimize`
 * @property {Use} pack `gowasp pack`, one run: most of it is compression
 * @property {{program: string, bytes: number, optimize: Use}[]} large programs, one run each
 * @property {Record<string, number>} stages seconds of wall time, of the fastest round, in the order they run
 */

/**
 * @param {{rounds?: number, program?: string, large?: boolean, say?: (line: string) => void}} [options]
 * @returns {Promise<OptimizerFigures>}
 */
export async function measureOptimizer({ rounds = 5, program = "esbuild", large = false, say = () => {} } = {}) {
  const wasm = findProgram(program).wasm();
  const { version } = await findOptimizer();
  const folder = mkdtempSync(join(tmpdir(), "gowasp-bench-"));
  try {
    say(`optimizer: ${rounds} runs of optimize`);
    const runs = [];
    const verbose = [];
    const optimize = (flag) => runWatched(GOWASP, ["optimize", flag, wasm, "-o", join(folder, "out.wasm")]);
    for (let round = 0; round < rounds; round++) {
      runs.push(await optimize("--quiet"));
      // It also sizes the code after each pass, which takes as long again, but is not counted among the stages.
      verbose.push(await optimize("--verbose"));
    }
    say("optimizer: pack");
    const packed = await runWatched(GOWASP, ["pack", wasm, "-o", join(folder, "packed")]);
    const bytes = statSync(wasm).size;
    const stages = fastestStages(verbose.map(({ stderr }) => stderr));
    const use = {
      optimize: medians(runs),
      pack: medians([packed]),
      large: large ? await measureLarge(folder, say) : [],
    };
    return { gowasp: version, program, bytes, rounds, ...use, stages };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureLarge(folder, say) {
  const rows = [];
  for (const { name, wasm } of PROGRAMS.filter((program) => program.large)) {
    say(`optimizer: ${name}`);
    const path = wasm();
    const run = await runWatched(GOWASP, ["optimize", "--quiet", path, "-o", join(folder, "large.wasm")]);
    rows.push({ program: name, bytes: statSync(path).size, optimize: medians([run]) });
  }
  return rows;
}

function medians(runs) {
  const of = (key) => (runs.every((run) => run[key] !== null) ? median(runs.map((run) => run[key])) : null);
  return { wallMs: of("wallMs"), cpuMs: of("cpuMs"), peakMiB: of("peakMiB") };
}

/** Wall time of short stages only ever gets longer on a machine that does other things, too. */
function fastestStages(outputs) {
  const stages = {};
  for (const output of outputs) {
    for (const [, seconds, name] of output.matchAll(/^ *(\d+\.\d+) s +(\S+)$/gm)) {
      stages[name] = Math.min(stages[name] ?? Number.POSITIVE_INFINITY, Number(seconds));
    }
  }
  if (Object.keys(stages).length === 0) throw new Error("gowasp optimize --verbose names no stages");
  return stages;
}

/**
 * @param {OptimizerFigures} figures
 * @returns {string} Markdown
 */
export function optimizerTables({ program, bytes, optimize, pack, large, stages }) {
  const cells = ({ wallMs, cpuMs, peakMiB }) => [
    (wallMs / 1000).toFixed(1),
    cpuMs === null ? "not known" : (cpuMs / 1000).toFixed(1),
    peakMiB === null ? "not known" : peakMiB.toFixed(0),
  ];
  const commands = table(
    [`${program}, ${count(bytes)} bytes`, "wall time, s", "CPU time, s", "peak MiB"],
    [
      ["`gowasp optimize`", ...cells(optimize)],
      ["`gowasp pack`", ...cells(pack)],
      ...large.map((row) => [`\`gowasp optimize\`, ${row.program}, ${count(row.bytes)} bytes`, ...cells(row.optimize)]),
    ],
  );
  const rows = Object.entries(stages).map(([name, seconds]) => [name, seconds.toFixed(3)]);
  return `${commands}\n\n${table(["stage of `optimize`", "s"], rows)}`;
}

async function main() {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "5" },
      program: { type: "string", default: "esbuild" },
      large: { type: "boolean" },
    },
  });
  const { program, large } = values;
  const figures = await measureOptimizer({
    program,
    large,
    rounds: wholeNumber("rounds", values.rounds),
    say: console.error,
  });
  console.log(optimizerTables(figures));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await command(main);
