// Fills a page's figures in from docs/benchmarks.json, so that none of them can be another than what was measured.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../paths.mjs";

/**
 * Replaces each `{{benchmark|…}}` by what that benchmark measured.
 *
 * @param {string} page
 * @param {any} [measured] what `npm run bench` wrote
 * @returns {string}
 * @throws Error when the page asks for something that was not measured
 */
export function fillFigures(page, measured = JSON.parse(readFileSync(join(root, "docs/benchmarks.json"), "utf8"))) {
  return page.replace(/\{\{([^}]+)\}\}/g, (_, request) => {
    const [benchmark, ...names] = request.split("|");
    const figure = Object.hasOwn(figures, benchmark) ? figures[benchmark](measured, names) : undefined;
    if (figure === undefined) throw new Error(`the page asks for {{${request}}}, which no benchmark has measured`);
    return figure;
  });
}

/** @type {Record<string, (measured: any, names: string[]) => string | undefined>} */
const figures = {
  /** size|PROGRAM|original or gowasp|raw, gzip or brotli */
  size: ({ size }, [program, side, kind]) => optional(row(size.figures.rows, program)?.[side]?.[kind], bytes),
  /** start|PROGRAM|original or gowasp|ms or peakMiB */
  start: ({ start }, [program, side, what]) =>
    optional(row(start.figures.rows, program)?.[side]?.[what], what === "ms" ? milliseconds : mebibytes),
  /** program|NAME|original, gowasp or native: CPU time */
  program: ({ speed }, [name, side]) => {
    const found = row(speed.figures.programs, name);
    return optional(side === "native" ? found?.nativeMs : found?.[side]?.threadMs, milliseconds);
  },
  /** slowdown|TOPIC, lowest, highest or mean: how many times the time of native Go */
  slowdown: ({ speed }, [topic]) => {
    const ratios = speed.figures.micro.map((/** @type {any} */ { gowasp, native }) => gowasp / native);
    const mean = Math.exp(
      ratios.reduce((/** @type {number} */ sum, /** @type {number} */ r) => sum + Math.log(r), 0) / ratios.length,
    );
    const known = { lowest: Math.min(...ratios), highest: Math.max(...ratios), mean };
    const found = row(speed.figures.micro, topic);
    return optional(found ? found.gowasp / found.native : known[/** @type {keyof known} */ (topic)], oneDecimal);
  },
  /** machine|BENCHMARK */
  machine: (measured, [benchmark]) => {
    const { cpu, cores, system, node, go } = measured[benchmark]?.machine ?? {};
    return cpu && `${cpu}, ${cores} cores, ${system}, Node ${node}, ${go}`;
  },
};

const row = (/** @type {any[]} */ rows, /** @type {string} */ name) => rows.find((entry) => entry.name === name);

function optional(/** @type {number | undefined} */ value, /** @type {(value: number) => string} */ format) {
  return value === undefined ? undefined : format(value);
}

const bytes = (/** @type {number} */ value) =>
  value < 1e6 ? `${Math.round(value / 1e3)} kB` : `${(value / 1e6).toFixed(2)} MB`;
const milliseconds = (/** @type {number} */ value) =>
  value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(2)} s`;
const mebibytes = (/** @type {number} */ value) => `${Math.round(value)} MiB`;
const oneDecimal = (/** @type {number} */ value) => value.toFixed(1);
