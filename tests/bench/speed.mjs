/**
 * How fast programs run before and after the optimizer, in CPU time on V8.
 *
 *     node tests/bench/speed.mjs [--rounds N] [--micro] [--programs]
 *
 * Both modules run under Go's own `wasm_exec.js` and take turns in one run. `--micro` and `--programs` run that part alone.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { command, roundsFrom } from "./command.mjs";
import { findOptimizer, optimized } from "./measure/gowasp.mjs";
import { findProgram } from "./measure/programs.mjs";
import { geometricMean } from "./measure/statistics.mjs";
import { table } from "./report/table.mjs";
import { COUNTED } from "./speed/clock.mjs";
import { timeMicro, timeNoise } from "./speed/micro.mjs";
import { tasks, timeTask } from "./speed/tasks.mjs";

/**
 * @typedef {object} SpeedFigures
 * @property {string} gowasp version
 * @property {string} counted which threads the times are of
 * @property {number} rounds
 * @property {import("./speed/micro.mjs").MicroRow[]} micro
 * @property {{low: number, high: number} | null} noise ratios with the original on both sides
 * @property {import("./speed/tasks.mjs").TaskRow[]} programs
 */

/**
 * @param {{rounds?: number, micro?: boolean, programs?: boolean, say?: (line: string) => void}} [options]
 * @returns {Promise<SpeedFigures>}
 */
export async function measureSpeed({ rounds = 5, micro = true, programs = true, say = () => {} } = {}) {
  const optimizer = await findOptimizer();
  const rows = [];
  for (const task of programs ? tasks() : []) {
    say(`speed of ${task.name}`);
    const original = findProgram(task.program).wasm();
    rows.push(await timeTask(task, { original, gowasp: await optimized(optimizer, original) }, rounds));
  }
  if (micro) say("speed of the micro benchmarks");
  const topics = micro ? await timeMicro(optimizer, rounds) : [];
  if (micro) say("speed of the micro benchmarks, original against itself");
  const noise = micro ? await timeNoise(rounds) : null;
  return { gowasp: optimizer.version, counted: COUNTED, rounds, micro: topics, noise, programs: rows };
}

/**
 * @param {SpeedFigures} figures
 * @returns {string} Markdown
 */
export function speedTables({ micro, noise, programs, counted }) {
  const parts = [];
  if (programs.length) {
    const head = ["program", `ms, ${counted}`, "gowasp", "ratio", "ratio, all threads", "peak MiB", "gowasp"];
    const rows = programs.map(({ name, original, gowasp, ratio, processRatio }) => {
      const times = [
        original.threadMs.toFixed(0),
        gowasp.threadMs.toFixed(0),
        ratio.toFixed(2),
        processRatio.toFixed(2),
      ];
      return [name, ...times, original.peakMiB.toFixed(0), gowasp.peakMiB.toFixed(0)];
    });
    parts.push(table(head, rows));
  }
  if (micro.length) {
    const rows = micro.map(({ name, original, gowasp, ratio, range, native }) => {
      return [name, original.toFixed(1), gowasp.toFixed(1), ratio.toFixed(2), fromTo(range), native.toFixed(1)];
    });
    const mean = geometricMean(micro.map(({ ratio }) => ratio));
    rows.push(["**geometric mean**", "", "", `**${mean.toFixed(2)}**`, "", ""]);
    parts.push(table(["topic", `ms, ${counted}`, "gowasp", "ratio", "of processes", "native Go"], rows));
    parts.push(`With the original on both sides the topics' ratios are ${fromTo(noise)}: what lies between is noise.`);
  }
  return parts.join("\n\n");
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
    },
  });
  const all = !values.micro && !values.programs;
  const parts = { micro: all || values.micro === true, programs: all || values.programs === true };
  const figures = await measureSpeed({ ...parts, rounds: roundsFrom(values.rounds), say: console.error });
  console.log(speedTables(figures));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await command(main);
