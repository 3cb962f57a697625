// What a page with the package does in a browser.

import assert from "node:assert/strict";

/** Milliseconds that anything in a page may take on a busy machine. */
const patience = 60_000;

/** What the program of `program/main.go` does. */
export const done = { exit: 0, text: "Go with one, two\n" };

/**
 * Opens a page three times: with nothing kept, so that page and worker decode by themselves; then so that the module is
 * kept, and once more to find it.
 *
 * @param {import("playwright-core").Browser} browser
 * @param {string} url
 * @param {{ cache?: boolean }} [expected] whether the Cache API is tried. The bytes come through the package's decoder, as the
 *   server sends them raw
 */
export async function checkPage(browser, url, { cache = true } = {}) {
  const context = await browser.newContext();
  context.setDefaultTimeout(patience);
  try {
    const page = await context.newPage();
    /** @type {string[]} */
    const complaints = [];
    page.on("pageerror", ({ message }) => complaints.push(message));
    page.on("console", (line) => {
      if (line.location().url.endsWith("/favicon.ico")) return;
      if (["error", "warning"].includes(line.type())) complaints.push(`${line.type()}: ${line.text()}`);
    });
    const visit = async (/** @type {string} */ query) => {
      await page.goto(url + query);
      return until(page, () => /** @type {any} */ (globalThis).outcome);
    };
    const first = await visit("?cache=no");
    for (const where of ["main", "worker"]) {
      assert.ok(first[where], JSON.stringify(first, null, 2));
      const { via, ...outcome } = first[where];
      assert.deepEqual(outcome, done, where);
      assert.equal(via, "decoder", where);
    }
    if (cache) {
      await visit("");
      await until(page, async () => {
        const names = (await caches.keys()).filter((name) => name.startsWith("gowasp "));
        const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
        return requests.flat().some(({ url }) => url.includes(".wasm"));
      });
      const second = await visit("");
      assert.equal(second.main?.via, "cache", JSON.stringify(second));
      assert.equal(second.worker?.via, "cache");
    }
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

/**
 * Opens a page until it comes to an end: some servers compile what a page imports late when it first does, and have it begin
 * anew.
 *
 * @param {import("playwright-core").Browser} browser
 * @param {string} url
 */
export async function warmUp(browser, url) {
  const page = await browser.newPage();
  try {
    await page.goto(`${url}?cache=no`);
    for (const end = Date.now() + patience; Date.now() < end; await new Promise((done) => setTimeout(done, 200))) {
      // It fails while the page is being replaced.
      const done = await page.evaluate(() => "outcome" in globalThis).catch(() => false);
      if (done) return;
    }
  } finally {
    await page.close();
  }
}

/** Asks a page until it answers. Playwright's own way to wait needs `eval`, which policies forbid. */
async function until(/** @type {import("playwright-core").Page} */ page, /** @type {() => unknown} */ question) {
  for (const end = Date.now() + patience; Date.now() < end; ) {
    const answer = await page.evaluate(question);
    if (answer) return /** @type {any} */ (answer);
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error("the page did not come to an end");
}
