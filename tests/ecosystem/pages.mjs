// Pages and workers of all kinds, without a bundler.

import assert from "node:assert/strict";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { mediaType } from "../../npx/serve/locate.mjs";
import { launchExtension } from "../../scripts/chromium.mjs";
import { root } from "../../scripts/paths.mjs";
import { bytes, startServer } from "../harness/pages/server.mjs";
import { checkPage, done } from "./page.mjs";

/** @typedef {import("./run.mjs").Environment} Environment */
/** @typedef {Parameters<Environment["test"]>[0]} Context */
/** @typedef {import("../harness/pages/server.mjs").TestServer} Server */

const anyOrigin = { "Access-Control-Allow-Origin": "*" };

/** A server with the program, the scripts that all projects share, and the package at `/gowasp/`. */
async function withSite(/** @type {Context} */ { app }, /** @type {(site: Server) => Promise<void>} */ test) {
  const site = await startServer();
  try {
    for (const name of await readdir(app)) {
      site.answers.set(`/app/${name}`, bytes(await readFile(join(app, name)), mediaType(name), anyOrigin));
    }
    for (const name of await readdir(join(root, "dist"))) {
      if (!/\.(js|wasm)$/.test(name)) continue;
      const body = await readFile(join(root, "dist", name));
      site.answers.set(`/gowasp/${name}`, bytes(body, mediaType(name), anyOrigin));
    }
    for (const name of ["page.js", "scenario.js"]) {
      const body = await readFile(new URL(`shared/${name}`, import.meta.url));
      site.answers.set(`/${name}`, bytes(body, "text/javascript", anyOrigin));
    }
    await test(site);
  } finally {
    await site.close();
  }
}

/** A page that finds the package by an import map. */
function mapped(
  /** @type {string} */ address,
  headers = {},
  script = '<script type="module" src="/page.js"></script>',
) {
  const map = JSON.stringify({ imports: { gowasp: address } });
  const html = `<!doctype html><title>test</title><link rel="icon" href="data:,"><script type="importmap">${map}</script>${script}`;
  return bytes(html, "text/html", headers);
}

/** @type {Environment[]} */
export const pages = [
  {
    name: "import map",
    ci: true,
    test: (context) =>
      withSite(context, async (site) => {
        site.answers.set("/", mapped("/gowasp/index.js"));
        await checkPage(context.browser, site.url);
      }),
  },
  {
    name: "the package from another origin",
    ci: true,
    test: (context) =>
      withSite(context, (cdn) =>
        withSite(context, async (site) => {
          site.answers.set("/", mapped(`${cdn.url}gowasp/index.js`));
          await checkPage(context.browser, site.url);
        }),
      ),
  },
  {
    name: "Trusted Types, without blob:",
    ci: true,
    test: (context) =>
      withSite(context, async (site) => {
        const policy =
          "default-src 'none'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; connect-src 'self'; img-src data:; " +
          "worker-src 'self'; require-trusted-types-for 'script'; trusted-types gowasp";
        site.answers.set("/", mapped("/gowasp/index.js", { "Content-Security-Policy": policy }));
        await checkPage(context.browser, site.url);
      }),
  },
  {
    name: "sandboxed iframe",
    test: (context) =>
      withSite(context, async (site) => {
        const inner = mapped(
          "/gowasp/index.js",
          anyOrigin,
          `<script type="module">
            import { scenario } from "/scenario.js";
            parent.postMessage(await scenario("/app/app.json"), "*");
          </script>`,
        );
        site.answers.set("/inner", inner);
        const outer = `<!doctype html><title>test</title><link rel="icon" href="data:,">
          <script>onmessage = ({ data }) => { globalThis.outcome = data; };</script>
          <iframe sandbox="allow-scripts" src="/inner"></iframe>`;
        site.answers.set("/", bytes(outer, "text/html"));
        await checkPage(context.browser, site.url, { cache: false });
      }),
  },
  {
    name: "shared worker",
    test: (context) =>
      withSite(context, async (site) => {
        site.answers.set(
          "/shared.js",
          script(`
          onconnect = ({ ports: [port] }) => run({ worker: false }).then((outcome) => port.postMessage(outcome));`),
        );
        const page = `new Promise((done) => {
          const { port } = new SharedWorker("/shared.js", { type: "module" });
          port.onmessage = ({ data }) => done(data);
        })`;
        const outcome = await inPage(context, site, page);
        assert.deepEqual(outcome, { ...done, via: "decoder" });
      }),
  },
  {
    name: "service worker",
    ci: true,
    test: (context) =>
      withSite(context, async (site) => {
        site.answers.set(
          "/sw.js",
          script(`
          import parts from "/gowasp/parts.js";
          onmessage = ({ data, source }) => {
            const options = data === "use" ? { use: parts } : {};
            run({ ...options, cache: false }).then((outcome) => source.postMessage(outcome));
          };`),
        );
        const ask = (/** @type {string} */ how) => `navigator.serviceWorker
          .register("/sw.js", { type: "module" })
          .then(() => navigator.serviceWorker.ready)
          .then(({ active }) => new Promise((done) => {
            navigator.serviceWorker.onmessage = ({ data }) => done(data);
            active.postMessage(${JSON.stringify(how)});
          }))`;
        assert.deepEqual(await inPage(context, site, ask("use")), { ...done, via: "decoder" });
        const without = await inPage(context, site, ask("nothing"));
        // Where nothing that decodes can be imported, the module is loaded as it is.
        assert.deepEqual(without, { ...done, via: "native" });
      }),
  },
  {
    name: "extension (manifest version 3): service worker and page",
    ci: true,
    test: async ({ app, folder }) => {
      const extension = join(folder, "extension");
      await mkdir(extension);
      await cp(app, join(extension, "app"), { recursive: true });
      const stdin = {
        contents: `import { load } from "gowasp"; import parts from "gowasp/parts";
          import { runProgram } from ${JSON.stringify(new URL("shared/scenario.js", import.meta.url).pathname)};
          globalThis.outcome = runProgram("/app/app.json", { use: parts }).then(JSON.stringify, String);`,
        resolveDir: root,
      };
      await build({
        stdin,
        bundle: true,
        format: "esm",
        outfile: join(extension, "sw.js"),
        logLevel: "silent",
      });
      const manifest = {
        manifest_version: 3,
        name: "test",
        version: "1",
        background: { service_worker: "sw.js", type: "module" },
        content_security_policy: { extension_pages: "script-src 'self' 'wasm-unsafe-eval'; object-src 'self'" },
      };
      await writeFile(join(extension, "manifest.json"), JSON.stringify(manifest));
      const browser = await launchExtension(extension, join(folder, "profile"));
      try {
        const worker =
          browser.serviceWorkers()[0] ?? (await browser.waitForEvent("serviceworker", { timeout: 60_000 }));
        const told = await worker.evaluate("globalThis.outcome");
        assert.match(told, /^\{/);
        const outcome = JSON.parse(told);
        // Extensions have their files without a server, raw and at once.
        assert.deepEqual(outcome, { ...done, via: outcome.via });
      } finally {
        await browser.close();
      }
    },
  },
];

/** A module that runs the program on its own thread. */
function script(/** @type {string} */ text) {
  const run = `import { load } from "/gowasp/index.js";
    async function run(options) {
      let text = "";
      const stdout = (chunk) => { text += new TextDecoder().decode(chunk); };
      try {
        const app = await load("/app/app.json", { args: ["one", "two"], stdout, ...options });
        return { exit: await app.exited, text, via: app.via };
      } catch (error) {
        return { name: error.name, code: error.code, message: error.message };
      }
    }`;
  return bytes(`${run}\n${text}`, "text/javascript");
}

/** What an expression in a page comes to. */
async function inPage(
  /** @type {Context} */ { browser },
  /** @type {Server} */ site,
  /** @type {string} */ expression,
) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    site.answers.set("/", bytes('<!doctype html><title>test</title><link rel="icon" href="data:,">', "text/html"));
    await page.goto(site.url);
    return await page.evaluate(expression);
  } finally {
    await context.close();
  }
}
