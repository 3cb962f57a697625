/**
 * Programs of shapes that are too large to keep as files. Each is generated together with the output it must have,
 * which JavaScript works out by its own means.
 */

/**
 * @returns {(Partial<import("../harness/catalog.mjs").Program> & {name: string, source: string, stdout: string})[]}
 */
export function shapes() {
  return [];
}
