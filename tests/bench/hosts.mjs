/**
 * What a Go plugin costs its host: compiling, starting an instance, calls and memory, original against optimized. All of one host are
 * timed in one process, one after the other in every round; ratios are medians of the rounds' ratios.
 *
 *     node tests/bench/hosts.mjs [--rounds N]
 */
import { statSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { run } from "../../scripts/process.mjs";
import { command, wholeNumber } from "../harness/command.mjs";
import { pluginHosts } from "./hosts/engines.mjs";
import { COMPONENT, pluginModules } from "./hosts/modules.mjs";
import { hostsTables } from "./hosts/tables.mjs";
import { geometricMean, median } from "./measure/statistics.mjs";

/** How many instances share a process when memory is measured. */
const INSTANCES = [1, 10, 200];

/** Fewer rounds say nothing. */
const LEAST_ROUNDS = 5;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await command(async () => {
    const { values } = parseArgs({ options: { rounds: { type: "string", default: "41" } } });
    const figures = await measureHosts({ rounds: wholeNumber("rounds", values.rounds), say: console.error });
    console.log(hostsTables(figures));
    return 0;
  });
}

/**
 * @param {{ rounds: number, say: (line: string) => void }} options
 * @returns {Promise<import("./hosts/tables.mjs").HostsFigures>}
 */
export async function measureHosts({ rounds, say }) {
  const { files, missing } = await pluginModules();
  const { engines, missing: withoutEngines } = await pluginHosts();
  /** @type {import("./hosts/tables.mjs").HostsFigures} */
  const figures = { instances: INSTANCES, missing: [missing, ...withoutEngines].filter(Boolean), hosts: {} };
  for (const engine of engines) {
    const taken = files.filter(({ way }) => way !== COMPONENT || engine.takesComponents);
    const count = Math.max(LEAST_ROUNDS, Math.round(rounds * engine.share));
    say(`${engine.name}, ${count} rounds…`);
    const names = taken.map(({ file }) => file);
    const timed = await ask(engine, ["speed", String(count), String(engine.calls), ...names]);
    const memory = [];
    // A process for each: memory that is freed is used again.
    for (const { file } of taken) memory.push(...(await ask(engine, ["memory", file, ...INSTANCES.map(String)])));
    figures.hosts[engine.name] = taken.map(({ way, file }, i) => ({
      way,
      bytes: statSync(file).size,
      ...compareTimes(timed[i], timed[0]),
      ...compareMemory(memory[i], memory[0]),
    }));
  }
  return figures;
}

/** Runs a host; what it prints is JSON, a line for each module. */
async function ask({ command: [program, ...before] }, /** @type {string[]} */ args) {
  const output = await run(program, [...before, ...args], { cwd: tmpdir(), output: "result" });
  return output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function compareTimes(own, original) {
  const ratio = (/** @type {number[]} */ list, /** @type {number[]} */ base) =>
    median(list.map((value, i) => value / base[i]));
  return {
    compile: own.compile / original.compile,
    startMs: median(own.start),
    start: ratio(own.start, original.start),
    first: ratio(own.first, original.first),
    calls: geometricMean(Object.keys(own.calls).map((name) => ratio(own.calls[name], original.calls[name]))),
  };
}

function compareMemory(own, original) {
  return { ...own, resident: own.residentKB.map((value, i) => value / original.residentKB[i]) };
}
