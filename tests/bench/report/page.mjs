/**
 * The report, `docs/benchmarks.md`.
 */
import { depthTable } from "../depth.mjs";
import { hostsTables } from "../hosts/tables.mjs";
import { optimizerTables } from "../optimizer.mjs";
import { sizeTables } from "../size.mjs";
import { speedTables } from "../speed.mjs";
import { startTable } from "../start.mjs";
import { workersTable } from "../workers.mjs";

/**
 * @typedef {object} Machine
 * @property {string} cpu
 * @property {number} cores
 * @property {number} memoryGiB
 * @property {string} system
 * @property {string} node
 * @property {string} v8
 * @property {string} go
 * @property {number} load runnable processes, average of the last minute before the run
 */

/**
 * What is known of each part; each remembers the machine that it ran on, and by the start of its hash which optimizer it used.
 *
 * @typedef {Record<string, {machine: Machine, build: string, figures: any}>} Results by part
 */

const SECTIONS = {
  size: {
    title: "Size",
    intro: "Bytes. All files are compressed by the same encoders (Node's zlib), brotli with a window of 16 MiB.",
    body: sizeTables,
  },
  speed: {
    title: "Speed and memory",
    intro:
      "CPU time, median of interleaved runs; a ratio is the median of the ratios within a round. `main thread` leaves out " +
      "what the engine compiles in the background. Programs count from the compilation of the module to their exit, so the " +
      "short ones show what it takes to start. All run under Go's own `wasm_exec.js`, and their outputs are compared.\n\n" +
      "Read the ratio of all threads with care: most of it is V8's optimizing compiler, which starts on a function after so " +
      "many jumps back. Go's code takes a jump back for every branch, the optimized code only for loops, so that fewer " +
      "functions are compiled again before a short program ends. It is less compiling, not a faster program.\n\n" +
      "Micro benchmarks do the same work on both sides, in one process, after warm-up. This is done in several processes, in " +
      "which the modules start in either order; the ratio is their median, with the lowest and the highest beside it. Native Go is the same source built " +
      "for the machine, with assembly where Go's standard library has it, on one processor (`GOMAXPROCS=1`), all threads counted.",
    body: speedTables,
  },
  start: {
    title: "Start",
    intro:
      "From the compilation of the module to the first byte of output, or for programs that only offer functions, until they " +
      "wait for calls; all under Node with Go's own `wasm_exec.js`, medians of interleaved runs. `CPU ratio` is that of all " +
      "threads. The peak is of the whole process until its end. Names that begin with `shape_` are generated test programs " +
      "that are hard on engines.",
    body: startTable,
  },
  depth: {
    title: "Deepest recursion",
    intro:
      "Levels until the engine's stack ends, original to optimized, and their ratio: Go's own stack grows on its way, so the " +
      "engine's is the limit that programs meet. Here it has grown before, so that all of the engine's is left; an optimized " +
      "module comes 28 MiB of Go's stack deeper. Engines that compile twice have larger frames in what they compile first; " +
      "`hot` is when they have compiled again.",
    body: depthTable,
  },
  optimizer: {
    title: "The optimizer itself",
    intro: "Medians; stages are of the fastest run. The CPU time is that of all threads.",
    body: optimizerTables,
  },
  loader: {
    title: "Loader",
    intro: "In headless Chromium, from the first fetch to the first line that the program prints.",
    body: (text) => `\`\`\`text\n${text.trimEnd()}\n\`\`\``,
  },
  bridge: {
    title: "Calls between Go and JavaScript",
    intro: "The loader's host functions against Go's `wasm_exec.js`, in one process that takes turns.",
    body: (text) => `\`\`\`text\n${text.trimEnd()}\n\`\`\``,
  },
  workers: {
    title: "Edge workers",
    intro:
      "CPU time of workerd for one request of `Hello!`, beyond that of the same handler in JavaScript; medians of rounds that take " +
      "turns. The programs are optimized with `--skip columnar-tables`, so that no instance has to rebuild tables.",
    body: workersTable,
  },
  hosts: {
    title: "Plugins in their hosts",
    intro:
      "![A Go plugin in its host](benchmarks-hosts.svg)\n\n" +
      "A reactor with five exports (a routing rule, JSON, a codec, words, hashing): ratios to what Go built, of one process that takes " +
      "turns. `start` is an instance with `_initialize`, `calls` the geometric mean of the exports when they are warm. " +
      "`kB` is what each of so many instances, started and not called yet, adds to the resident memory of a process; `memory` is its ratio for the most of them, " +
      "and `declared` what an instance has once it has started.",
    body: hostsTables,
  },
};

/**
 * @param {Results} results
 * @returns {string} Markdown
 */
export function reportPage(results) {
  const parts = Object.entries(SECTIONS).filter(([part]) => results[part]);
  const sections = parts.map(([part, { title, intro, body }]) => {
    const { machine, build, figures } = results[part];
    const command = `Again: \`npm run bench ${part}\`. ${machineLine(machine, build)}`;
    return `## ${title}\n\n${intro}\n\n${body(figures)}\n\n${command}\n`;
  });
  return `# Benchmarks

Written by \`npm run bench\` from what it measured, \`benchmarks.json\`.

![Size and CPU time before and after](benchmarks.svg)

${sections.join("\n")}`;
}

function machineLine({ cpu, cores, memoryGiB, system, node, v8, go, load }, build) {
  const machine = `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}; Node ${node} (V8 ${v8}), ${go}`;
  return `Measured on: ${machine}; optimizer build ${build}; load average at the start ${load.toFixed(1)}.`;
}
