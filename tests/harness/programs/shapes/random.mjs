/**
 * A stream of numbers that is the same on every run (xorshift32).
 *
 * @param {number} seed not 0
 * @returns {(limit: number) => number} the next whole number in [0, limit)
 */
export function randomFrom(seed) {
  let x = seed;
  return (limit) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % limit;
  };
}
