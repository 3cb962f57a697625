/**
 * The means that the benchmarks use, and how sure a ratio of two of them is.
 */

/**
 * @param {number[]} values at least one
 * @returns {number} the middle one; of an even number of values, the upper of the two in the middle
 */
export function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/**
 * The mean for ratios: that of `r` and `1 / r` is 1.
 *
 * @param {number[]} values positive, at least one
 * @returns {number}
 */
export function geometricMean(values) {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** Resamplings of a bootstrap: enough for the second digit of an interval's ends. */
const RESAMPLINGS = 4000;

/**
 * The ratio of two medians with its 95 % interval, by the bootstrap: both samples are drawn anew from themselves, many times.
 *
 * @param {number[]} values at least one
 * @param {number[]} base the same number, measured in the same rounds
 * @returns {{ ratio: number, low: number, high: number }}
 */
export function ratioOfMedians(values, base) {
  const drawn = Array.from({ length: RESAMPLINGS }, () => {
    const rounds = values.map(() => Math.floor(Math.random() * values.length));
    return median(rounds.map((round) => values[round])) / median(rounds.map((round) => base[round]));
  }).sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => drawn[Math.floor(share * (RESAMPLINGS - 1))];
  return { ratio: median(values) / median(base), low: at(0.025), high: at(0.975) };
}
