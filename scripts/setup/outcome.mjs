// What one item of the set-up came to, and how it is said: one line per item.

/**
 * @typedef {object} Outcome
 * @property {string} name what was looked for, e.g. `Chromium`
 * @property {boolean} ok
 * @property {string} detail what was found or done, or why it could not be
 * @property {string} [hint] what to do about a failure
 * @property {string} [path] the program that was found
 */

/** @returns {Outcome} */
export const found = (/** @type {string} */ name, /** @type {string} */ detail, /** @type {string} */ path = "") => ({
  name,
  ok: true,
  detail,
  path,
});

/** @returns {Outcome} */
export const missing = (/** @type {string} */ name, /** @type {string} */ detail, /** @type {string} */ hint) => ({
  name,
  ok: false,
  detail,
  hint,
});

/** One line for people. */
export function describe(/** @type {Outcome} */ { name, ok, detail, hint }) {
  return `${ok ? "✓" : "✗"} ${name.padEnd(26)} ${detail}${ok || !hint ? "" : `\n  ${" ".repeat(26)} ${hint}`}`;
}
