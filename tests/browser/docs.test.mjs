// The blocks of the documentation that are code of pages, service workers and extensions.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { build, transform } from "esbuild";
import { mediaType } from "../../npx/serve/locate.mjs";
import { launchChromium, launchExtension } from "../../scripts/chromium.mjs";
import { root } from "../../scripts/paths.mjs";
import { blocksOf, documents, missingIn, printsOf } from "../docs/blocks.mjs";
import { program } from "../docs/given.mjs";
import { bytes, startServer } from "../harness/pages/server.mjs";
import { withoutExports } from "../node/load/programs.mjs";

/** Milliseconds that a page may take on a busy machine. */
const patience = 60_000;

/** Printed by a page behind its block. */
const ended = "the block has ended";

const anyOrigin = { "Access-Control-Allow-Origin": "*" };
const { exports, version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
/** The package by an import map, as its `exports` have it. */
const imports = Object.fromEntries(
  Object.entries(exports)
    .map(([name, to]) => [name, to.import?.default ?? to.default?.default ?? to.default])
    .filter(([, file]) => file && existsSync(join(root, file)))
    .map(([name, file]) => [`gowasp${name.slice(1)}`, file.replace("./dist/", "/gowasp/")]),
);

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {import("../harness/pages/server.mjs").TestServer} */
let server;
/** @type {string} */
let app;

before(async () => {
  if (withoutExports) return;
  app = join(await program(), "public/app");
  browser = await launchChromium();
  server = await startServer();
  serve("/app.wasm", await readFile(join(app, "../../app.wasm")));
  for (const name of await readdir(app)) serve(`/app/${name}`, await readFile(join(app, name)));
  for (const name of await readdir(join(root, "dist"))) {
    if (/\.(m?js|wasm)$/.test(name)) serve(`/gowasp/${name}`, await readFile(join(root, "dist", name)));
  }
});
after(async () => {
  await browser?.close();
  await server?.close();
});

function serve(/** @type {string} */ path, /** @type {string | Uint8Array} */ body) {
  server.answers.set(path, bytes(body, mediaType(path), anyOrigin));
}

for (const path of documents()) {
  const blocks = blocksOf(path);
  const pages = blocks.filter(({ kind }) => kind === "page");
  const files = blocks.filter(({ kind, language }) => kind === "file" && language !== "go");
  if (pages.length + files.length === 0) continue;
  describe(path, { skip: withoutExports }, () => {
    const isExtension = files.some(({ file }) => file === "manifest.json");
    if (isExtension) test("extension", () => runExtension(files));
    for (const page of pages) test(`line ${page.line}`, () => runPage(page, files));
    if (files.length > 0 && !isExtension)
      test("every file is asked for", () => {
        for (const { file } of files) assert.ok(server.requests.includes(`/${file}`), file);
      });
  });
}

/** @typedef {import("../docs/blocks.mjs").Block} Block */

/** Opens a page with the block in it, and waits until all is printed that it says, or it has run to its end. */
async function runPage(/** @type {Block} */ block, /** @type {Block[]} */ files) {
  for (const file of files) serve(`/${file.file}`, await contentOf(file));
  const html = block.language === "html" ? block.text : pageOf(await scriptOf(block));
  server.answers.set("/", bytes(html, "text/html", anyOrigin));
  const context = await browser.newContext();
  try {
    // Stands for the package on a CDN.
    await context.route(`https://cdn.jsdelivr.net/npm/gowasp@${version}/**`, async (route) => {
      const path = new URL(route.request().url()).pathname.replace(/^.*?@[^/]+/, root);
      await route.fulfill({ path, contentType: mediaType(path), headers: anyOrigin });
    });
    const page = await context.newPage();
    /** @type {string[]} */
    const lines = [];
    /** @type {Error[]} */
    const errors = [];
    page.on("console", (message) => lines.push(message.text()));
    page.on("pageerror", (error) => errors.push(error));
    const expected = printsOf(block);
    assert.ok(block.language !== "html" || expected.length > 0, "a whole page must say what it prints");
    await page.goto(server.url);
    for (const end = Date.now() + patience; errors.length === 0; await pause()) {
      const missing = missingIn(lines, block.language === "html" ? expected : [...expected, ended]);
      if (missing.length === 0) break;
      assert.ok(Date.now() < end, `${missing.join(", ")} is missing in:\n${lines.join("\n")}`);
    }
    assert.deepEqual(errors, []);
  } finally {
    await context.close();
  }
}

/** Installs the extension that the files make; its background script must print what it says. */
async function runExtension(/** @type {Block[]} */ files) {
  const folder = await mkdtemp(join(tmpdir(), "gowasp-docs-extension-"));
  try {
    await cp(app, join(folder, "extension/app"), { recursive: true });
    for (const file of files) await writeFile(join(folder, "extension", String(file.file)), await contentOf(file));
    const context = await launchExtension(join(folder, "extension"), join(folder, "profile"));
    try {
      const worker =
        context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker", { timeout: patience }));
      const expected = files.flatMap(printsOf);
      for (const end = Date.now() + patience; ; await pause()) {
        const lines = await worker.evaluate("globalThis.printed");
        const missing = missingIn(lines, expected);
        if (missing.length === 0) break;
        assert.ok(Date.now() < end, `${missing.join(", ")} is missing in:\n${lines.join("\n")}`);
      }
    } finally {
      await context.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function pageOf(/** @type {string} */ script) {
  const map = JSON.stringify({ imports });
  return `<!doctype html><title>docs</title><link rel="icon" href="data:,"><script type="importmap">${map}</script>
    <script type="module">${script}\nconsole.log("${ended}");</script>`;
}

async function scriptOf(/** @type {Block} */ { language, text }) {
  return language === "ts" ? (await transform(text, { loader: "ts" })).code : text;
}

/** A file as a bundler makes it; scripts keep what they print. */
async function contentOf(/** @type {Block} */ { language, text }) {
  if (language !== "js") return text;
  const kept = `globalThis.printed = [];
    const { log } = console;
    console.log = (...values) => { printed.push(values.join(" ")); log(...values); };
    addEventListener("unhandledrejection", ({ reason }) => printed.push(String(reason)));`;
  const stdin = { contents: text, resolveDir: root };
  const { outputFiles } = await build({ stdin, bundle: true, format: "esm", write: false, banner: { js: kept } });
  return outputFiles[0].text;
}

const pause = () => new Promise((done) => setTimeout(done, 30));
