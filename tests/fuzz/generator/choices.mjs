/**
 * Random decisions that are the same for a seed on every run.
 */
import { randomFrom } from "../../harness/programs/shapes/random.mjs";

/** Spreads neighbouring seeds, which the generator's first numbers would follow. */
const SPREAD = 0x9e3779b1;

export class Choices {
  #random;

  /** @param {number} seed from 1 */
  constructor(seed) {
    this.#random = randomFrom(Math.imul(seed, SPREAD) | 1);
    for (let i = 0; i < 8; i++) this.#random(2);
  }

  /** @returns {number} a whole number in [0, limit) */
  below(limit) {
    return this.#random(limit);
  }

  /** @returns {number} a whole number in [from, to] */
  between(from, to) {
    return from + this.#random(to - from + 1);
  }

  /** @returns {boolean} true in so many of a hundred cases */
  chance(percent) {
    return this.#random(100) < percent;
  }

  /**
   * @template T
   * @param {readonly T[]} list
   * @returns {T}
   */
  of(list) {
    return list[this.#random(list.length)];
  }

  /**
   * One of the alternatives, the first number of each being its weight.
   *
   * @template T
   * @param {readonly (readonly [number, T])[]} alternatives
   * @returns {T}
   */
  weighted(alternatives) {
    const total = alternatives.reduce((sum, [weight]) => sum + weight, 0);
    let at = this.#random(total);
    for (const [weight, alternative] of alternatives) {
      if (at < weight) return alternative;
      at -= weight;
    }
    return alternatives[0][1];
  }

  /**
   * @template T
   * @param {number} count
   * @param {(i: number) => T} make
   * @returns {T[]}
   */
  times(count, make) {
    return Array.from({ length: count }, (_, i) => make(i));
  }
}
