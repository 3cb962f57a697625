// The demo page, used as a visitor would.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { serve } from "../../npx/serve/server.mjs";
import { launchChromium } from "../../scripts/chromium.mjs";
import { demoMounts } from "../../scripts/demo/mounts.mjs";
import { buildPage } from "../../scripts/demo/page.mjs";
import { packedEsbuild, packedUpdate } from "../harness/pages/packed.mjs";
import { watchedPage } from "../harness/pages/watched.mjs";

/** How long a page may take on a busy machine before it counts as stuck. */
const patience = 60_000;

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {import("../../npx/serve/server.mjs").RunningServer} */
let server;
/** @type {string} */
let folder;
/** @type {import("playwright-core").Page} */
let page;
/** @type {string[]} */
let errors;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "gowasp-page-"));
  const app = await packedEsbuild();
  await buildPage(folder);
  const mounts = demoMounts({ page: folder, app, original: app, update: await packedUpdate() });
  server = await serve({ mounts });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  ({ page, errors } = await watchedPage(browser, patience));
});
afterEach(async () => {
  assert.deepEqual(errors, [], "the page must not throw");
  await page.context().close();
});

const state = (/** @type {string} */ name) => page.locator(`#status[data-state=${name}]`).waitFor();
const text = (/** @type {string} */ selector) => page.locator(selector).textContent();

async function open(/** @type {string} */ query = "") {
  await page.goto(server.url + query);
  await state("ready");
}

describe("starting", () => {
  test("the bar reaches 100 % and the cost is shown", async () => {
    await open();
    assert.equal(await page.locator("#progress").getAttribute("value"), "1");
    assert.equal(await text("#percent"), "100 %");
    assert.match(await text("#fact-transferred"), /^\d+\.\d\d MB$/);
    assert.match(await text("#fact-total"), /\d m?s$/);
    assert.match(await text("#how"), /The server sent it compressed/);
  });

  test("the bar moves while bytes arrive, and Cancel stops them", async () => {
    await page.goto(`${server.url}?start=first&speed=10`);
    await page.waitForFunction(() => {
      const bar = /** @type {HTMLProgressElement} */ (document.querySelector("#progress"));
      return bar.value > 0.05 && bar.value < 1;
    });
    await page.click("#cancel");
    await state("stopped");
    assert.match(await text("#failure"), /Reload/);
  });

  test("a second visit needs no network", async () => {
    await open();
    await open("?start=repeat");
    assert.equal(await text("#fact-transferred"), "0 B, cached");
    assert.match(await text("[data-route=repeat] .time"), /\d m?s$/);
  });

  test("a host without encodings goes through the decoder, then through the Cache API", async () => {
    await open("?start=static");
    assert.match(await text("#how"), /Rust in wasm/);
    assert.match(await text("#result"), /useState/);
    await page.click("[data-route=static-repeat] button");
    // The first visit of this row fills the cache, the page then reloads by itself.
    await page.locator("[data-route=static-repeat][aria-current] .meter").waitFor();
    await state("ready");
    assert.match(await text("#how"), /Cache API/);
    assert.match(await text("#result"), /useState/);
  });

  test("a missing program is named", async () => {
    await page.route("**/app.json", (route) => route.fulfill({ status: 404, body: "" }));
    await page.goto(server.url);
    await state("failed");
    assert.match(await text("#failure"), /app\.json.*404/);
  });
});

describe("an update", () => {
  test("costs its delta, and the edited program runs", async () => {
    await open();
    for (const label of ["Ship an update", "Again"]) {
      await page.getByRole("button", { name: label, exact: true }).and(page.locator("#update-start")).click();
      await page.locator("#update-status", { hasText: "esbuild 0.28.2 has become esbuild 0.28.9" }).waitFor();
      const shown = await page.locator("#update-bars figure").first().locator(".bar .number").allTextContents();
      assert.match(shown[0], /^\d\.\d\d MB$/);
      assert.match(shown[1], /^\d{2,3} B$|^\d{1,2}\.\d kB$/);
    }
  });

  test("that does not come as a delta is no update", async () => {
    await page.route("**/*.dcb", (route) => route.fulfill({ status: 404, body: "" }));
    await open();
    await page.click("#update-start");
    await page.locator("#update-status", { hasText: "the update came by decoder" }).waitFor();
    assert.equal(await page.locator("#update-bars").isVisible(), false);
  });
});

describe("transforming", () => {
  beforeEach(() => open());

  test("what is typed is compiled, with the chosen options", async () => {
    await page.fill("#source", "const f = async (a?: string) => a ?? <b>x</b>;");
    await page.locator("#result", { hasText: 'jsx("b"' }).waitFor();
    assert.match(await text("#result"), /const f = async \(a\) => a \?\? [\s\S]*jsx\("b", \{ children: "x" \}\)/);

    await page.selectOption("[name=jsx]", "transform");
    await page.locator("#result", { hasText: "React.createElement" }).waitFor();
    await page.selectOption("[name=target]", "es2017");
    await page.locator("#result", { hasText: "a != null ? a" }).waitFor();
    await page.check("[name=minify]");
    await page.locator("#result", { hasText: "=async" }).waitFor();
    await page.uncheck("[name=minify]");
    await page.selectOption("[name=format]", "iife");
    await page.locator("#result", { hasText: "(() => {" }).waitFor();
    await page.check("[name=sourcemap]");
    await page.locator("#result", { hasText: "sourceMappingURL=data:application/json;base64," }).waitFor();
  });

  test("an error is shown with its place; a click goes there; a correction clears it", async () => {
    await page.fill("#source", 'const ö = "ä" +;\n');
    const message = page.locator("#messages li");
    await message.waitFor();
    assert.match(await message.textContent(), /Unexpected ";"/);
    assert.equal(await page.locator("#source").getAttribute("aria-invalid"), "true");
    await page.click("#messages .place");
    const selected = await page.evaluate(() => {
      const area = /** @type {HTMLTextAreaElement} */ (document.activeElement);
      return area.value.slice(area.selectionStart, area.selectionEnd);
    });
    assert.equal(selected, ";");

    await page.fill("#source", "const ö: number = 1;\n");
    await page.locator("#result", { hasText: "const ö = 1" }).waitFor();
    assert.equal(await message.count(), 0);
    assert.equal(await page.locator("#source").getAttribute("aria-invalid"), "false");
  });

  test("text is shown as text, never as markup", async () => {
    await page.fill("#source", "const s = '<img src=x onerror=alert(1)>';");
    await page.locator("#result", { hasText: "<img src=x" }).waitFor();
    assert.equal(await page.locator(".pane img").count(), 0);
  });
});

describe("layout", () => {
  for (const width of [320, 390, 768, 1440]) {
    test(`nothing is wider than a window of ${width} pixels`, async () => {
      await page.setViewportSize({ width, height: 800 });
      await open("?start=first&speed=50");
      await page.locator("[data-route=first] .meter").waitFor({ state: "attached" });
      const overflow = await page.evaluate(() => {
        const table = document.querySelector(".table-scroll");
        return [document.documentElement.scrollWidth - innerWidth, table.scrollWidth - table.clientWidth];
      });
      assert.ok(Math.max(...overflow) <= 0, `page and table are ${overflow.join(" and ")} pixels too wide`);
    });
  }
});
