// Runs `load()` in a page and brings back what came of it.

/**
 * @typedef {object} Loaded
 * @property {string} [via]
 * @property {number} [answer] what the module's `answer` function returned
 * @property {string} [code] of the error
 * @property {string} [message] of the error
 * @property {string} [kind] the error's class
 * @property {{ phase: string, loaded: number, total?: number }[]} progress
 */

/**
 * @param {import("playwright-core").Page} page one that a test server sent
 * @param {string} source for `load()`
 * @param {{ timeout?: number, [name: string]: unknown }} [options] for `load()`;
 *   `timeout` is that of its signal, in milliseconds
 * @returns {Promise<Loaded>}
 */
export function loadIn(page, source, options = {}) {
  return page.evaluate(
    async ({ source, options: { timeout, ...options } }) => {
      const { load } = await import(`${location.origin}/gowasp/index.js`);
      /** @type {Loaded["progress"]} */
      const progress = [];
      try {
        const app = await load(source, {
          ...options,
          signal: timeout === undefined ? undefined : AbortSignal.timeout(timeout),
          onProgress: (/** @type {Loaded["progress"][0]} */ event) => progress.push(event),
        });
        return { via: app.via, answer: app.exports.answer?.(), progress };
      } catch (error) {
        return { code: error.code, message: error.message, kind: error.name, progress };
      }
    },
    { source, options },
  );
}
