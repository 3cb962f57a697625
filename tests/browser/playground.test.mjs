// The playground, used as a visitor would, and by programs that mean no good.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { serve } from "../../npx/serve/server.mjs";
import { launchChromium } from "../../scripts/chromium.mjs";
import { fillFigures } from "../../scripts/demo/figures.mjs";
import { demoMounts } from "../../scripts/demo/mounts.mjs";
import { buildPage } from "../../scripts/demo/page.mjs";
import { gowaspBinary, root } from "../../scripts/paths.mjs";
import { startServer } from "../harness/pages/server.mjs";
import { watchedPage } from "../harness/pages/watched.mjs";
import { built, withoutGo } from "../node/load/programs.mjs";

/** How long a page may take on a busy machine before it counts as stuck. */
const patience = 120_000;

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
  folder = await mkdtemp(join(tmpdir(), "gowasp-playground-"));
  await buildPage(join(folder, "page"));
  server = await serve({ mounts: demoMounts({ page: join(folder, "page"), app: folder, original: folder }) });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

/** One page for the tests of a suite: to optimize a program anew for each takes longer than most of them. */
function onOnePage(prepare = async () => {}) {
  before(async () => {
    ({ page, errors } = await watchedPage(browser, patience));
    await page.goto(`${server.url}playground.html`);
    await prepare();
  });
  afterEach(() => assert.deepEqual(errors, [], "the page must not throw"));
  after(() => page.context().close());
}

const state = (/** @type {string} */ name) => page.locator(`#work[data-state=${name}]`).waitFor();
const text = async (/** @type {string} */ selector) => (await page.locator(selector).textContent()) ?? "";
const give = (/** @type {string} */ path) => page.setInputFiles("#file", path);
const optimized = async (/** @type {string} */ path) => {
  await give(path);
  await state("ready");
};

describe("bad input", () => {
  onOnePage();

  const cases = /** @type {const} */ ([
    ["nothing", Buffer.of(), /the file is empty/],
    ["HTML", Buffer.from("<!doctype html><title>Not found</title>"), /this is HTML/],
    ["gzip", gzipSync("x"), /a gzip file/],
    ["a component", Buffer.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]), /a WebAssembly component/],
    ["text", Buffer.from("package main\n"), /not a WebAssembly module/],
    ["a module cut short", Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 9]), /unexpected end/],
  ]);
  test("each kind is named, with what to do", async () => {
    for (const [name, buffer, message] of cases) {
      await page.setInputFiles("#file", { name: `${name}.wasm`, mimeType: "application/wasm", buffer });
      await page.locator("#failure", { hasText: message }).waitFor();
      assert.ok(await page.locator("#hint").isVisible(), name);
      assert.ok(await page.locator("#result").isHidden(), name);
    }
  });

  test("a gigabyte of zeros is not read", async () => {
    const path = join(folder, "zeros.wasm");
    await writeFile(path, "");
    await truncate(path, 2 ** 30);
    await give(path);
    await page.locator("#failure", { hasText: /not a WebAssembly module/ }).waitFor();
  });

  test("a dropped folder, two files, and what is no file", async () => {
    const drop = (/** @type {string} */ items, /** @type {string} */ files) =>
      page.evaluate(`(() => {
        const event = new DragEvent("drop", { bubbles: true, cancelable: true });
        Object.defineProperty(event, "dataTransfer", { value: { items: ${items}, files: ${files} } });
        document.querySelector("#drop").dispatchEvent(event);
      })()`);
    await drop('[{ webkitGetAsEntry: () => ({ isDirectory: true, name: "public" }) }]', "[new File([], 'public')]");
    assert.match(await text("#failure"), /“public” is a folder/);
    await drop("[]", "[new File([], 'a.wasm'), new File([], 'b.wasm')]");
    assert.match(await text("#failure"), /2 files/);
    await drop("[]", "[]");
    assert.match(await text("#failure"), /no file/);
    await drop("[]", "[new File([], 'a.wasm')]");
    await page.locator("#failure", { hasText: /the file is empty/ }).waitFor();
  });

  test("a sample that is not there", async () => {
    await page.click("[data-sample=esbuild]");
    await page.locator("#failure", { hasText: /original\/app\.json: 404/ }).waitFor();
  });
});

describe("a large program", () => {
  onOnePage();

  test("esbuild: the page goes on while it is optimized", async (t) => {
    await page.evaluate(watch);
    const begin = performance.now();
    await give(join(root, "node_modules/esbuild-wasm/esbuild.wasm"));
    await page.locator("#stages", { hasText: "lift-functions" }).waitFor();
    await state("ready");
    await page.locator("#result-summary", { hasText: "brotli 5" }).waitFor();
    const seconds = (performance.now() - begin) / 1000;
    const { gap, longest } = await page.evaluate("watched");
    // No limits: other tests run at the same time.
    t.diagnostic(`first result after ${seconds.toFixed(1)} s; longest pause between heartbeats of 10 ms ${gap} ms`);
    t.diagnostic(`longest task of the page ${longest} ms`);
    assert.match(await text("#identity"), /^go1\.26\.5, GOOS=js, command$/);
    assert.match(await text("#left-alone"), /lift-functions: \d+ × /);
  });
});

/** Keeps account of how long the page could not have answered its reader. */
function watch() {
  const watched = { gap: 0, longest: 0 };
  Object.assign(globalThis, { watched });
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    watched.gap = Math.max(watched.gap, Math.round(now - last));
    last = now;
  }, 10);
  const longer = (/** @type {PerformanceObserverEntryList} */ list) => {
    for (const { duration } of list.getEntries()) watched.longest = Math.max(watched.longest, Math.round(duration));
  };
  new PerformanceObserver(longer).observe({ type: "longtask" });
}

describe("a Go program", { skip: withoutGo }, () => {
  onOnePage(() => optimized(built("echo")));

  test("sizes, parts, and the file that the native program writes", async () => {
    await page.locator("#result-summary", { hasText: "brotli 11" }).waitFor();
    const changes = await page.locator("#sizes-bars .change").allTextContents();
    assert.equal(changes.length, 4);
    for (const change of changes) assert.match(change, /^−[34]\d\.\d %$/);
    assert.match(await text("#sections"), /code[\d.]+ [kM]B/);
    assert.match(await text("#packages"), /runtime[\d.]+ [kM]B/);

    await page.click("#check summary");
    const limits = await page.locator("#checks tr").allTextContents();
    const exceeded = limits.filter((limit) => limit.endsWith("does not fit"));
    assert.deepEqual(limits.slice(0, exceeded.length), exceeded, "what does not fit comes first");
    assert.equal(await text("#check-count"), `${exceeded.length} of ${limits.length} limits are exceeded`);
    assert.ok(
      limits.some((limit) => /^cloudflare-workers: raw.*fits$/.test(limit)),
      limits.join("\n"),
    );
    assert.ok(
      limits.some((limit) => /^shopify-functions: imports\d+nonedoes not fit$/.test(limit)),
      limits.join("\n"),
    );

    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
    assert.equal(download.suggestedFilename(), `${basename(built("echo"), ".wasm")}.opt.wasm`);
    const expected = join(folder, "expected.wasm");
    execFileSync(gowaspBinary, ["optimize", built("echo"), "-o", expected, "--quiet"]);
    assert.ok((await readFile(await download.path())).equals(await readFile(expected)));
  });

  test("both run, with arguments and standard input", async () => {
    await page.fill("#args", "one 'two three'");
    await page.fill("#stdin", "hello");
    await page.click("#run-start");
    await page.locator("#verdict").waitFor();
    for (const side of ["before", "after"]) {
      assert.equal(await text(`#${side}-output`), '["js" "one" "two three"] "" "hello"\nto stderr\n');
      assert.match(await text(`#${side}-state`), /^exit code 3, compiled in .*s, ran .*s$/);
    }
    assert.match(await text("#verdict"), /^The same output and exit code/);
    assert.equal(page.frames().length, 1, "the sandboxes are gone");
  });

  test("where the bytes are, why they are there, and what changed", async () => {
    await page.click("#owners-start");
    const map = page.frameLocator("#owners-map iframe");
    await map.locator("#rows tr", { hasText: "runtime" }).first().waitFor();
    assert.match(
      (await map.locator("#about").textContent()) ?? "",
      /^go1\.\d+\.\d+ · [\d,]+ bytes · [\d,]+ by brotli$/,
    );
    await map.locator("#rows button", { hasText: /^runtime$/ }).click();
    await map.locator("#path", { hasText: "runtime" }).waitFor();
    await map.locator("#map").press("Escape");
    await map.locator("#path", { hasText: /^all$/ }).waitFor();

    await page.fill("#why-name", "fmt.Fprintln");
    await page.click("#why-form button");
    await page.locator("#why-answer li", { hasText: "calls fmt." }).first().waitFor();
    await page.fill("#why-name", "no.such.Name");
    await page.click("#why-form button");
    await page.locator("#owners-problem", { hasText: "the nearest names" }).waitFor();

    await page.setInputFiles("#diff-file", built("echo"));
    await page.locator("#diff-changes tr", { hasText: /^runtime[\d.]+ [kM]B/ }).waitFor();
    assert.match(await text("#diff-changes tr:first-child"), /^file[\d.]+ MB[\d.]+ MB−[34]\d/);
  });

  test("nothing is wider than the window", fitsWindows);

  test("cancelled: no result comes, and the next file is optimized", async () => {
    await give(built("echo"));
    await page.locator("#stages li").first().waitFor();
    await page.click("#cancel");
    await state("stopped");
    await noWorkers();
    await optimized(built("echo"));
  });
});

/** The browser reports the end of a worker a moment later. */
async function noWorkers() {
  for (let wait = 0; wait < 500 && page.workers().length > 0; wait++) await page.waitForTimeout(20);
  assert.equal(page.workers().length, 0);
}

describe("a hostile program", { skip: withoutGo }, () => {
  onOnePage(() => optimized(built("hostile")));

  async function run(/** @type {string} */ args) {
    await page.fill("#args", args);
    await page.click("#run-start");
  }

  /** That the program is gone, and the page is not. */
  async function stopped() {
    await page.click("#run-stop");
    await page.locator("#before-state", { hasText: "stopped" }).waitFor();
    assert.equal(page.frames().length, 1);
    assert.ok(await page.locator("#run-start").isEnabled());
  }

  test("connects to nothing", async () => {
    const other = await startServer();
    try {
      await run(`connect ${other.url}`);
      await page.locator("#verdict").waitFor();
      const output = await text("#before-output");
      assert.match(output, /fetch rejected/);
      assert.match(output, /importScripts threw/);
      assert.match(output, /XMLHttpRequest threw/);
      assert.equal(output.trim().split("\n").length, 6);
      assert.deepEqual(other.requests, []);
    } finally {
      await other.close();
    }
  });

  test("is not believed when it speaks as the sandbox does", async () => {
    await page.evaluate(() => {
      const heard = [];
      Object.assign(globalThis, { heard });
      addEventListener("message", ({ data }) => heard.push(data));
    });
    await run("forge");
    await page.locator("#verdict").waitFor();
    assert.equal(await text("#before-output"), "done\n");
    assert.match(await text("#before-state"), /^exit code 0/);
    assert.deepEqual(await page.evaluate("heard"), []);
  });

  test("runs for ever: the page goes on, and Stop or another file ends it", async () => {
    await run("flood");
    await page.locator("#before-output", { hasText: "cut off" }).waitFor();
    assert.ok((await text("#before-output")).length < 300_000);
    await stopped();

    await run("loop");
    await page.locator("#before-output", { hasText: "looping" }).waitFor();
    await stopped();

    await run("loop");
    await page.locator("#before-output", { hasText: "looping" }).waitFor();
    await optimized(built("echo"));
    await run("");
    await page.locator("#verdict").waitFor();
    assert.match(await text("#before-output"), /"js"/);
  });
});

/** That nothing of the page is cut off at the right, from phones to screens. */
async function fitsWindows() {
  const tooWide = () =>
    page.evaluate(() =>
      Array.from(document.querySelectorAll("main *, nav *"))
        .filter((element) => element.getBoundingClientRect().right > innerWidth && !element.closest(".table-scroll"))
        .map((element) => element.outerHTML.slice(0, 80)),
    );
  for (const width of [320, 390, 768, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    assert.deepEqual(await tooWide(), [], `${page.url()} at ${width} pixels`);
  }
}

describe("when to use it", () => {
  onOnePage(async () => {
    await page.goto(`${server.url}when.html`);
  });

  test("every figure is one that was measured", async () => {
    const measured = JSON.parse(await readFile(join(root, "docs/benchmarks.json"), "utf8"));
    const hello = measured.size.figures.rows.find((/** @type {any} */ row) => row.name === "hello");
    assert.ok((await text("#short ~ .columns")).includes(`${Math.round(hello.gowasp.brotli / 1000)} kB to download`));
    assert.equal((await text("main")).match(/\{\{|NaN|undefined/), null);
  });

  test("nothing is wider than the window", fitsWindows);

  test("a figure that nobody measured is an error", () => {
    for (const request of [
      "size|nothing|gowasp|raw",
      "size|hello|gowasp|lzma",
      "start|hello|gowasp|joules",
      "guess|1",
    ]) {
      assert.throws(() => fillFigures(`{{${request}}}`), /no benchmark has measured/);
    }
  });
});
