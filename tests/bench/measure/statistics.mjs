/**
 * The two means that the benchmarks use.
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
