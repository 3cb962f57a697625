// A page in a context of its own, whose uncaught errors are kept.

/**
 * @param {import("playwright-core").Browser} browser
 * @param {number} patience milliseconds that anything may take
 */
export async function watchedPage(browser, patience) {
  const context = await browser.newContext();
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  /** @type {string[]} */
  const errors = [];
  page.on("pageerror", ({ message }) => errors.push(message));
  return { page, errors };
}
