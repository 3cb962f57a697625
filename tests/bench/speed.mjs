/**
 * How fast programs run before and after the optimizer, in CPU time.
 *
 *     node tests/bench/speed.mjs [--rounds N] [--micro] [--programs] [--set] [--engines] [--engine NAME,...] [--large]
 *
 * `--micro`, `--programs`, `--set` and `--engines` run that part alone: the micro benchmarks on Node, real programs on Node, the
 * program set, and the micro benchmarks on other engines. `--large` adds the Go compiler. What wasm-opt makes of a program is measured, too, where
 * `size.mjs --binaryen` has run it before; for the micro benchmarks `--binaryen` runs it.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BINARYEN_LEVELS, hasBinaryen, withBinaryen } from "../harness/binaryen.mjs";
import { command, UsageError, wholeNumber } from "../harness/command.mjs";
import { findOptimizer } from "./measure/gowasp.mjs";
import { geometricMean } from "./measure/statistics.mjs";
import { table } from "./measure/table.mjs";
import { COUNTED } from "./speed/clock.mjs";
import { ENGINE_NAMES, timeEngines } from "./speed/engines.mjs";
import { microProgram, timeMicro, timeNoise, timeOther } from "./speed/micro.mjs";
import { programSetTable, timeProgramSet } from "./speed/program_set.mjs";
import { tasks, timeTask } from "./speed/tasks.mjs";

/**
 * @typedef {object} SpeedFigures
 * @property {string} gowasp version
 * @property {string} counted which threads the times are of
 * @property {string} node version
 * @property {number} rounds
 * @property {import("./speed/micro.mjs").MicroRow[]} micro
 * @property {Record<string, import("./speed/pairs.mjs").PairRow[]>} binaryen the micro benchmarks, by wasm-opt's level
 * @property {{low: number, high: number} | null} noise ratios with the original on both sides
 * @property {import("./speed/tasks.mjs").TaskRow[]} programs
 * @property {import("./speed/program_set.mjs").SetRow[]} [set]
 * @property {import("./speed/engines.mjs").EngineColumn[]} engines
 *
 * @typedef {object} SpeedOptions
 * @property {number} [rounds]
 * @property {boolean} [micro]
 * @property {boolean} [programs]
 * @property {boolean} [set]
 * @property {string[]} [engines] names
 * @property {boolean} [binaryen] run wasm-opt where it has not been run
 * @property {boolean} [large]
 * @property {(line: string) => void} [say]
 */

/**
 * @param {SpeedOptions} [options]
 * @returns {Promise<SpeedFigures>}
 */
export async function measureSpeed(options = {}) {
  const { rounds = 5, micro = true, programs = true, set = true, large = false, say = () => {} } = options;
  const { engines = ENGINE_NAMES } = options;
  const optimizer = await findOptimizer();
  const rows = [];
  for (const task of programs ? tasks({ large }) : []) {
    say(`speed of ${task.name}`);
    rows.push(await timeTask(task, optimizer, rounds));
  }
  const figures = {
    gowasp: optimizer.version,
    counted: COUNTED,
    node: process.versions.node,
    rounds,
    micro: [],
    binaryen: {},
    noise: null,
    programs: rows,
    set: set ? await timeProgramSet(optimizer, rounds, say) : [],
  };
  if (micro) Object.assign(figures, await measureMicro(optimizer, options));
  return { ...figures, engines: await timeEngines(optimizer, engines, rounds, say) };
}

async function measureMicro(optimizer, { rounds = 5, binaryen = false, say = () => {} }) {
  say("speed of the micro benchmarks");
  const micro = await timeMicro(optimizer, rounds);
  say("speed of the micro benchmarks, original against itself");
  const noise = await timeNoise(rounds);
  const others = {};
  const original = microProgram("js");
  for (const level of BINARYEN_LEVELS.filter((level) => binaryen || hasBinaryen(level, original))) {
    say(`speed of the micro benchmarks, wasm-opt ${level}`);
    others[level] = await timeOther(await withBinaryen(level, original), rounds);
  }
  return { micro, noise, binaryen: others };
}

/**
 * @param {SpeedFigures} figures
 * @returns {string} Markdown
 */
export function speedTables({ micro, binaryen, noise, programs, set = [], counted, engines, node }) {
  const parts = [];
  if (programs.length) parts.push(programTable(programs, counted));
  if (set.length) parts.push(programSetTable(set));
  if (micro.length) {
    parts.push(microTable(micro, binaryen, counted));
    parts.push(`With the original on both sides the topics' ratios are ${fromTo(noise)}: what lies between is noise.`);
  }
  if (engines.length) parts.push(engineTable(engines, micro, node));
  return parts.join("\n\n");
}

function programTable(programs, counted) {
  const levels = levelsOf(programs.map(({ binaryen }) => binaryen));
  const others = levels.map((level) => `wasm-opt ${level}`);
  const head = ["program", `ms, ${counted}`, "gowasp", "ratio", ...others, "ratio, all threads"];
  const rows = programs.map((row) => [
    row.name,
    row.original.threadMs.toFixed(0),
    row.gowasp.threadMs.toFixed(0),
    row.ratio.toFixed(2),
    ...levels.map((level) => row.binaryen[level]?.toFixed(2) ?? ""),
    row.processRatio.toFixed(2),
    row.nativeMs?.toFixed(0) ?? "",
    row.original.peakMiB.toFixed(0),
    row.gowasp.peakMiB.toFixed(0),
  ]);
  return table([...head, "native Go, ms", "peak MiB", "gowasp"], rows);
}

function microTable(micro, binaryen, counted) {
  const levels = Object.keys(binaryen);
  const head = [
    "topic",
    `ms, ${counted}`,
    "gowasp",
    "ratio",
    "of processes",
    ...levels.map((level) => `wasm-opt ${level}`),
  ];
  const rows = micro.map(({ name, original, gowasp, ratio, range, native }, topic) => [
    name,
    original.toFixed(1),
    gowasp.toFixed(1),
    ratio.toFixed(2),
    fromTo(range),
    ...levels.map((level) => binaryen[level][topic].ratio.toFixed(2)),
    native.toFixed(1),
  ]);
  const means = [micro, ...levels.map((level) => binaryen[level])].map(meanRatio);
  const others = means.slice(1).map((mean) => mean.toFixed(2));
  rows.push(["**geometric mean**", "", "", `**${means[0].toFixed(2)}**`, "", ...others, ""]);
  return table([...head, "native Go"], rows);
}

/** How many times as fast as the original, which is how people compare engines. */
function engineTable(engines, micro, node) {
  const onNode = micro.length ? [{ engine: "Node", version: `Node ${node}`, rows: micro }] : [];
  const columns = [...onNode, ...engines.filter(({ rows }) => rows.length)];
  const missing = engines.filter((column) => column.missing).map(({ engine, missing }) => `${engine}: ${missing}`);
  if (columns.length === 0) return missing.join("; ");
  const times = (ratio) => (1 / ratio).toFixed(2);
  const rows = columns[0].rows.map(({ name }, topic) => [
    name,
    ...columns.map((column) => times(column.rows[topic].ratio)),
  ]);
  rows.push(["**geometric mean**", ...columns.map(({ rows }) => `**${times(meanRatio(rows))}**`)]);
  const others = columns.map(({ rows }) => times(meanRatio(rows.filter(({ name }) => name !== BY_THE_LIBRARY))));
  rows.push([`without ${BY_THE_LIBRARY}`, ...others]);
  const slower = columns.map(({ engine, rows }) => {
    const names = rows.filter(({ range }) => range.low > 1).map(({ name }) => name);
    return names.length ? `${engine}: ${names.join("; ")}.` : "";
  });
  const notes = [
    `Original / optimized, CPU time: how many times as fast. ${columns.map(({ version }) => version).join(", ")}.`,
  ];
  if (slower.some(Boolean))
    notes.push(`Slower than the original in every process: ${slower.filter(Boolean).join(" ")}`);
  notes.push(ABOUT_THE_LIBRARY);
  if (missing.length) notes.push(`Not measured: ${missing.join("; ")}.`);
  return `${table(["topic", ...columns.map(({ engine }) => engine)], rows)}\n\n${notes.join(" ")}`;
}

/** The topic whose ratio says more of a machine than of an engine. */
const BY_THE_LIBRARY = "memory copy";
const ABOUT_THE_LIBRARY =
  "Most engines leave `memory.copy` to the C library, and glibc up to 2.39 copies with `rep movsb`, which takes Zen 3 and Zen 4 " +
  "very long unless source and target are aligned alike; gowasp splits such copies. On machines without that, expect " +
  "0.8 to 1 in this topic, as in wazero, which copies by itself.";

function meanRatio(rows) {
  return geometricMean(rows.map(({ ratio }) => ratio));
}

function levelsOf(rows) {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

function fromTo({ low, high }) {
  return `${low.toFixed(2)} to ${high.toFixed(2)}`;
}

async function main() {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "5" },
      micro: { type: "boolean" },
      programs: { type: "boolean" },
      set: { type: "boolean" },
      engines: { type: "boolean" },
      engine: { type: "string" },
      binaryen: { type: "boolean" },
      large: { type: "boolean" },
    },
  });
  const { rounds, micro, programs, set, binaryen, large } = values;
  const engines = values.engine?.split(",") ?? ENGINE_NAMES;
  const unknown = engines.find((name) => !ENGINE_NAMES.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`there is no engine "${unknown}": there are ${ENGINE_NAMES.join(", ")}`);
  const onEngines = values.engines || values.engine !== undefined;
  const all = !micro && !programs && !set && !onEngines;
  const parts = {
    micro: Boolean(all || micro),
    programs: Boolean(all || programs),
    set: Boolean(all || set),
    engines: all || onEngines ? engines : [],
  };
  const figures = await measureSpeed({
    ...parts,
    rounds: wholeNumber("rounds", rounds),
    binaryen,
    large,
    say: console.error,
  });
  console.log(speedTables(figures));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await command(main);
