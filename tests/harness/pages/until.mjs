// Waiting for what a page can only say asynchronously.

import { setTimeout as pause } from "node:timers/promises";

/**
 * Waits until a function in the page returns a promise of something true. Playwright's own `waitForFunction` does not await: a
 * promise is true for it, whatever it will be.
 *
 * @template T
 * @param {import("playwright-core").Page} page
 * @param {(arg: T) => Promise<boolean>} holds
 * @param {T} [arg]
 * @throws {Error} after a minute
 */
export async function until(page, holds, arg) {
  const end = performance.now() + 60_000;
  while (!(await page.evaluate(/** @type {any} */ (holds), arg))) {
    if (performance.now() > end) throw new Error(`not so after a minute: ${holds}`);
    await pause(20);
  }
}
