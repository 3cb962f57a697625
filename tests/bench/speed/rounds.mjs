// Two programs take turns at the topics of the micro benchmarks. Browsers load this file, too: it imports nothing.

/** A round of the slower side takes at least this long. */
const ROUND_MS = 25;

/** Rounds that are not counted, at least: until then an optimizing compiler has seen what is hot. */
const WARM_UP = 4;

/** How often an amount of work has to take that long. */
const TRIES = 4;

/**
 * @typedef {(name: string, n: number) => Promise<Timed> | Timed} Side runs a topic of this name
 * @typedef {{ms: number, result: number}} Timed
 * @typedef {{name: string, n: number, result: number, times: number[][]}} Turns `n` is the amount of work, `times` are the
 *   milliseconds of each round, by side
 */

/**
 * @param {Side[]} sides two
 * @param {{name: string, n: number}[]} work in this order; an `n` of 0 means as much as takes long enough
 * @param {number} rounds
 * @param {number} [warmUpMs] that each topic runs, at least, before its times count: some engines compile in another thread
 *   what is hot, after all that became hot before
 * @returns {Promise<Turns[]>}
 * @throws {Error} when the sides do not compute the same
 */
export async function takeTurns(sides, work, rounds, warmUpMs = 0) {
  const all = [];
  for (const { name, n } of work) {
    const end = performance.now() + warmUpMs;
    const first = n || (await calibrated(sides, name));
    for (let round = 0; round < WARM_UP || performance.now() < end; round++) {
      for (const side of [0, 1]) await sides[side](name, first);
    }
    all.push(await turns(sides, name, n || (await calibrated(sides, name)), rounds));
  }
  return all;
}

async function turns(sides, name, n, rounds) {
  const times = [[], []];
  const results = new Set();
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 ? [1, 0] : [0, 1]) {
      const { ms, result } = await sides[side](name, n);
      results.add(result);
      times[side].push(ms);
    }
  }
  if (results.size !== 1) throw new Error(`${name}: results differ: ${[...results].join(", ")}`);
  return { name, n, result: [...results][0], times };
}

/**
 * Doubles the amount of work until a round takes long enough. Both sides do all of it: more work before is more warm-up. The
 * fastest of some tries counts, as a busy machine makes any one of them long.
 */
async function calibrated(sides, name) {
  for (let n = 1; ; n *= 2) {
    const fastest = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let attempt = 0; attempt < TRIES; attempt++) {
      for (const side of [0, 1]) fastest[side] = Math.min(fastest[side], (await sides[side](name, n)).ms);
      if (Math.max(...fastest) < ROUND_MS) break;
    }
    if (Math.max(...fastest) >= ROUND_MS) return n;
  }
}
