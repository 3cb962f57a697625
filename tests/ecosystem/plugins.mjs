// The package's plugin in all bundlers: what they build, behind nginx, and their development servers while Go's sources change.

import assert from "node:assert/strict";
import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";
import { freePort } from "../harness/free_port.mjs";
import { startNginx } from "./nginx.mjs";
import { openProject } from "./project.mjs";
import { serveProject } from "./server.mjs";

/** @typedef {import("./run.mjs").Environment} Environment */
/** @typedef {Parameters<Environment["test"]>[0]} Context */

/**
 * @typedef {object} Bundler
 * @property {string} name
 * @property {boolean} [ci]
 * @property {string} script below node_modules, for Node
 * @property {string[]} build arguments
 * @property {(port: string) => string[]} [serve] the same for the development server
 * @property {string} [overlay] the element that shows errors
 */

/** @type {Bundler[]} */
const all = [
  {
    name: "vite",
    ci: true,
    script: "vite/bin/vite.js",
    build: ["build"],
    serve: (port) => ["--port", port, "--strictPort"],
    overlay: "vite-error-overlay",
  },
  {
    name: "webpack",
    script: "webpack-cli/bin/cli.js",
    build: ["build", "--mode", "production", "--fail-on-warnings"],
    serve: (port) => ["serve", "--mode", "development", "--port", port],
    overlay: "iframe",
  },
  {
    name: "rspack",
    script: "@rspack/cli/bin/rspack.js",
    build: ["build", "--mode", "production"],
    serve: (port) => ["serve", "--mode", "development", "--port", port],
    overlay: "iframe",
  },
  { name: "rollup", script: "rollup/dist/bin/rollup", build: ["-c", "--failAfterWarnings"] },
  { name: "esbuild", ci: true, script: "../build.mjs", build: [] },
];

/** @type {Environment[]} */
export const plugins = all.flatMap((bundler) => [
  { name: `plugin, ${bundler.name}, production`, ci: bundler.ci, test: (context) => checkBuilds(context, bundler) },
  ...(bundler.serve
    ? [
        {
          name: `plugin, ${bundler.name}, development`,
          ci: bundler.ci,
          test: (/** @type {Context} */ context) => checkServer(context, bundler),
        },
      ]
    : []),
]);

/** Below a folder of a server, and with what scripts load on another. */
async function checkBuilds(/** @type {Context} */ context, /** @type {Bundler} */ bundler) {
  const project = await open(context, bundler);
  const dist = join(project, "dist");
  const [port, cdn] = [await freePort(), await freePort()];
  const page = `http://127.0.0.1:${port}/sub/`;
  const elsewhere = `http://127.0.0.1:${cdn}/files/`;
  const close = await startNginx([
    { port, prefix: "/sub/", folder: dist },
    { port: cdn, prefix: "/files/", folder: dist },
  ]);
  try {
    for (const env of [{ BASE: "/sub/" }, { BASE: "/sub/", CDN: elsewhere }]) {
      await rm(dist, { recursive: true, force: true });
      const args = [join(project, "node_modules", bundler.script), ...bundler.build];
      // What no package has brought: the tarball's own program is WebAssembly, slower, and knows no zstd in Node 20.
      const all = { ...process.env, GOWASP_BINARY: gowaspBinary, ...env };
      await run(process.execPath, args, { cwd: project, env: all, output: "capture" });
      if (!(await readdir(dist)).includes("index.html"))
        await cp(join(project, "index.html"), join(dist, "index.html"));
      await checkFiles(dist);
      await checkPage(context, page, "CDN" in env ? elsewhere : page);
    }
  } finally {
    await close();
  }
}

/** What lies beside each module has its name, whatever that is, and its manifest says so. */
async function checkFiles(/** @type {string} */ dist) {
  const files = await readdir(dist, { recursive: true });
  const modules = files.filter((name) => /^(.*[/.-])?(app|built|[0-9a-f]{16,})\b.*\.wasm$/.test(name));
  const packed = modules.filter((name) => files.includes(`${name}.json`));
  assert.equal(packed.length, 2, files.join("\n"));
  for (const name of packed) {
    const own = name.replace(/.*[\\/]/, "");
    assert.match(own, /[\w-]{8,}/, "a hash");
    const { module, symbols } = JSON.parse(await readFile(join(dist, `${name}.json`), "utf8"));
    assert.equal(module.url, own);
    const named = [module.encodings.br, module.encodings.gzip, module.encodings.zstd, symbols].map(({ url }) => url);
    assert.deepEqual(
      named,
      ["br", "gz", "zst", "symbols"].map((suffix) => `${own}.${suffix}`),
    );
    for (const url of named) assert.ok(files.includes(name.replace(own, url)), `${url} is not there`);
  }
}

/** The page behind nginx: modules come by brotli, and the browser decodes them. */
async function checkPage({ browser }, /** @type {string} */ url, /** @type {string} */ from) {
  const page = await browser.newPage();
  try {
    /** @type {(string | undefined)[]} */
    const encodings = [];
    page.on("response", (response) => {
      if (response.url().endsWith(".wasm")) encodings.push(response.headers()["content-encoding"]);
    });
    /** @type {string[]} */
    const complaints = [];
    page.on("pageerror", ({ message }) => complaints.push(message));
    page.on("console", (line) => complaints.push(line.text()));
    await page.goto(`${url}?cache=no`);
    const { folder, file, worker, ...problem } = await outcomeOf(page).catch((error) => {
      throw new Error(`${error.message}\n${complaints.join("\n")}`);
    });
    assert.deepEqual(problem, {});
    const shown = [folder, file, worker].map(({ url, ...rest }) => rest);
    assert.deepEqual(shown, [
      { text: "Hello, gopher!\n", via: "native", sum: "42" },
      { text: "Go with one, two\n", via: "native" },
      { text: "Go with three\n", via: "native" },
    ]);
    for (const program of [folder, file]) assert.equal(new URL(program.url, url).href.slice(0, from.length), from);
    assert.deepEqual(encodings.slice(0, 2), ["br", "br"]);
  } finally {
    await page.close();
  }
}

/** A source that is new. */
const more = `package main

import "os"

func init() { os.Stdout.WriteString("more, ") }
`;

/** The page while a package, an embedded file and the program itself change, break, are mended, and have a source more. */
async function checkServer(/** @type {Context} */ context, /** @type {Bundler} */ bundler) {
  const project = await open(context, bundler);
  const { script, serve, overlay = "" } = bundler;
  const site = await serveProject(project, (port) => [join(project, "node_modules", script), ...(serve?.(port) ?? [])]);
  const page = await context.browser.newPage();
  try {
    const source = (/** @type {string} */ name) => join(project, name);
    const shows = (/** @type {string} */ text) => textComes(page, text);
    const main = await readFile(source("cmd/app/main.go"), "utf8");
    await page.goto(`${site.url}?cache=no`);
    await shows("Hello, gopher!\n");
    const { folder } = await outcomeOf(page);
    assert.equal(folder.via, "native");
    await change(source("greeting/greeting.go"), "Hello", "Bye");
    await shows("Bye, gopher!\n");
    await writeFile(source("cmd/app/name.txt"), "world");
    await shows("Bye, world!\n");
    await writeFile(source("cmd/app/main.go"), main.replace("For(name)", "For(nobody)"));
    await overlayShows(page, overlay, (text) => /cmd\/app\/main\.go:15:27: undefined: nobody/.test(text));
    await writeFile(source("cmd/app/main.go"), main);
    await overlayShows(page, overlay, (text) => text === "");
    await writeFile(source("cmd/app/more.go"), more);
    await shows("more, Bye, world!\n");
  } finally {
    await page.close();
    await site.close();
  }
}

async function open(/** @type {Context} */ context, /** @type {Bundler} */ { name }) {
  const project = await openProject(context, `plugin-${name}`, "plugin");
  await cp(join(context.folder, "hello.wasm"), join(project, "built.wasm"));
  return project;
}

async function change(/** @type {string} */ path, /** @type {string} */ from, /** @type {string} */ to) {
  const text = await readFile(path, "utf8");
  assert.ok(text.includes(from));
  await writeFile(path, text.replace(from, to));
}

/** Milliseconds that a step may take on a busy machine. */
const patience = 20_000;

/** Asks a page, which may be replaced meanwhile, until the answer is wanted. @returns {Promise<any>} */
async function until(
  /** @type {import("playwright-core").Page} */ page,
  /** @type {() => Promise<any>} */ question,
  /** @type {(answer: any) => boolean} */ isWanted,
) {
  let last;
  for (const end = Date.now() + patience; Date.now() < end; ) {
    last = await question().catch(() => undefined);
    if (isWanted(last)) return last;
    await page.waitForTimeout(50);
  }
  throw new Error(`the page shows only ${JSON.stringify(last)}`);
}

const outcomeOf = (/** @type {import("playwright-core").Page} */ page) =>
  until(page, () => page.evaluate(() => /** @type {any} */ (globalThis).outcome), Boolean);

const textComes = (/** @type {import("playwright-core").Page} */ page, /** @type {string} */ text) =>
  until(
    page,
    () => page.evaluate(() => /** @type {any} */ (globalThis).outcome),
    (outcome) => outcome?.folder?.text === text,
  );

/** Errors are shown in an element of its own, behind a shadow root or in a frame. */
async function overlayShows(
  /** @type {import("playwright-core").Page} */ page,
  /** @type {string} */ element,
  /** @type {(text: string) => boolean} */ isWanted,
) {
  const read = async () => {
    if (element !== "iframe") {
      return page.evaluate((name) => document.querySelector(name)?.shadowRoot?.textContent ?? "", element);
    }
    return (await page.frames()[1]?.locator("body").textContent({ timeout: 1000 })) ?? "";
  };
  await until(page, read, (text) => text !== undefined && isWanted(text));
}
