// Bundlers without configuration for this package: what they build, served by a plain server, and their own servers.

import { cp } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../scripts/process.mjs";
import { checkPage, warmUp } from "./page.mjs";
import { openProject } from "./project.mjs";
import { serveFolders, serveProject } from "./server.mjs";

/** @typedef {import("./run.mjs").Environment} Environment */

/**
 * @typedef {object} Bundler
 * @property {string} name of the project's folder
 * @property {boolean} [ci]
 * @property {string[]} build a script below node_modules for Node, and its arguments
 * @property {(port: string) => string[]} [serve] the same for the development server
 */

/** @type {Bundler[]} */
const all = [
  ...["vite5", "vite7", "vite8"].map((name) => ({
    name,
    ci: name !== "vite5",
    build: ["vite/bin/vite.js", "build", "--logLevel", "warn"],
    serve: (/** @type {string} */ port) => ["vite/bin/vite.js", "--port", port, "--strictPort"],
  })),
  {
    name: "webpack",
    ci: true,
    build: ["webpack-cli/bin/cli.js", "build", "--mode", "production", "--fail-on-warnings"],
    serve: (port) => ["webpack-cli/bin/cli.js", "serve", "--mode", "development", "--port", port],
  },
  {
    name: "rspack",
    build: ["@rspack/cli/bin/rspack.js", "build", "--mode", "production"],
    serve: (port) => ["@rspack/cli/bin/rspack.js", "serve", "--mode", "development", "--port", port],
  },
  { name: "rollup", build: ["rollup/dist/bin/rollup", "-c", "--failAfterWarnings"] },
  { name: "esbuild", ci: true, build: ["../build.mjs"] },
  {
    name: "parcel",
    build: ["parcel/lib/bin.js", "build", "index.html", "--no-cache", "--no-source-maps"],
    serve: (port) => ["parcel/lib/bin.js", "serve", "index.html", "--no-cache", "--port", port, "--no-hmr"],
  },
];

/** @type {Environment[]} */
export const bundlers = all.flatMap(({ name, ci, build, serve }) => [
  {
    name: `${name}, production`,
    ci,
    test: async (context) => {
      const project = await openProject(context, name);
      await inProject(project, build);
      // index.html lies in the project where the bundler writes none.
      const site = await serveFolders([join(project, "dist"), join(project, "public"), project]);
      await checkPage(context.browser, site.url).finally(site.close);
    },
  },
  ...(serve
    ? [
        {
          name: `${name}, development`,
          ci,
          test: async (/** @type {Parameters<Environment["test"]>[0]} */ context) => {
            const project = await openProject(context, name);
            // Parcel serves nothing but what it built.
            if (name === "parcel") await cp(join(project, "public"), join(project, "dist"), { recursive: true });
            const site = await serveProject(project, (port) => inModules(project, serve(port)));
            try {
              if (name === "rspack") await warmUp(context.browser, site.url);
              await checkPage(context.browser, site.url);
            } finally {
              await site.close();
            }
          },
        },
      ]
    : []),
]);

/** The arguments with the script's path as Node needs it. */
function inModules(/** @type {string} */ project, /** @type {string[]} */ [script = "", ...args]) {
  return [join(project, "node_modules", script), ...args];
}

async function inProject(/** @type {string} */ cwd, /** @type {string[]} */ command) {
  await run(process.execPath, inModules(cwd, command), { cwd, output: "capture" });
}
