// A browser for a file of tests; a server and a page that it sent for each test.

import { after, afterEach, before, beforeEach } from "node:test";
import { launchChromium } from "../../../scripts/chromium.mjs";
import { startServer } from "./server.mjs";

/**
 * Registers with the test runner what begins and ends them.
 *
 * @param {(page: import("playwright-core").Page, server: import("./server.mjs").TestServer) => void} take is given those of each
 *   test before it begins
 */
export function freshPages(take) {
  /** @type {import("playwright-core").Browser} */
  let browser;
  /** @type {import("playwright-core").Page} */
  let page;
  /** @type {import("./server.mjs").TestServer} */
  let server;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());
  beforeEach(async () => {
    server = await startServer();
    page = await browser.newPage();
    await page.goto(server.url);
    take(page, server);
  });
  afterEach(async () => {
    await page.close();
    await server.close();
  });
}
