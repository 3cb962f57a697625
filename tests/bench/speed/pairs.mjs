/**
 * Ratios of two modules from several processes.
 */
import { geometricMean, median } from "../measure/statistics.mjs";

/**
 * @typedef {object} PairRow
 * @property {string} name
 * @property {number} n the amount of work
 * @property {number} result what the topic computes
 * @property {number} original milliseconds, median
 * @property {number} gowasp the same
 * @property {number} ratio median over the processes
 * @property {{low: number, high: number}} range of the processes' ratios
 */

/**
 * Has a pair of modules take turns in several processes; every other one starts the optimized module first. Where a process
 * happens to put code and memory can double a time, and more rounds do not help: only more processes do.
 *
 * @param {{original: string, gowasp: string}} modules paths
 * @param {{name: string, n: number}[]} work where `n` is 0, the first process finds it out
 * @param {number} processes
 * @param {(modules: string[], work: {name: string, n: number}[]) => Promise<import("./rounds.mjs").Turns[]>} run one process
 * @returns {Promise<PairRow[]>}
 * @throws {Error} when the modules do not all compute the same
 */
export async function timePair({ original, gowasp }, work, processes, run) {
  const all = [];
  let known = work;
  for (let i = 0; i < processes; i++) {
    const topics = await run(i % 2 ? [gowasp, original] : [original, gowasp], known);
    known = topics.map(({ name, n }) => ({ name, n }));
    all.push(topics.map(({ times, ...rest }) => ({ ...rest, times: i % 2 ? times.toReversed() : times })));
  }
  return all[0].map(({ name, n, result }, topic) => {
    if (all.some((topics) => topics[topic].result !== result))
      throw new Error(`${name}: processes differ in its result`);
    const times = all.map((topics) => topics[topic].times.map(median));
    const ratios = times.map(([before, after]) => after / before);
    const [before, after] = [0, 1].map((side) => median(times.map((pair) => pair[side])));
    const range = { low: Math.min(...ratios), high: Math.max(...ratios) };
    return { name, n, result, original: before, gowasp: after, ratio: geometricMiddle(ratios), range };
  });
}

/** The median of ratios; of an even number, between the two in the middle, as half of them had the other order. */
function geometricMiddle(ratios) {
  const sorted = ratios.toSorted((a, b) => a - b);
  return geometricMean([sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]);
}
