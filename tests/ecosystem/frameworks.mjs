// Frameworks that run the same module on the server and in the page.

import assert from "node:assert/strict";
import { join } from "node:path";
import { run } from "../../scripts/process.mjs";
import { checkPage, done } from "./page.mjs";
import { openProject } from "./project.mjs";
import { serveProject } from "./server.mjs";

/** @typedef {import("./run.mjs").Environment} Environment */
/** @typedef {Parameters<Environment["test"]>[0]} Context */

// Next says in development what it thinks of the machine; it has nothing to do with the package.
const quiet = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", ASTRO_TELEMETRY_DISABLED: "1" };

/** @returns {Environment[]} */
function nextWith(/** @type {"turbopack" | "webpack"} */ bundler) {
  const next = (/** @type {string} */ project) => join(project, "node_modules/next/dist/bin/next");
  const check = async (/** @type {Context} */ context, /** @type {import("./server.mjs").Site} */ site) => {
    try {
      await checkPage(context.browser, site.url);
      const { via, ...outcome } = await (await fetch(`${site.url}run`)).json();
      assert.deepEqual({ outcome, via }, { outcome: done, via: "file" }, "route handler");
    } finally {
      await site.close();
    }
  };
  return [
    {
      name: `next with ${bundler}, production`,
      ci: bundler === "turbopack",
      test: async (context) => {
        const project = await openProject(context, "next");
        const args = [next(project), "build", `--${bundler}`];
        await run(process.execPath, args, { cwd: project, env: quiet, output: "capture" });
        await check(context, await serveProject(project, (port) => [next(project), "start", "-p", port], quiet));
      },
    },
    {
      name: `next with ${bundler}, development`,
      test: async (context) => {
        const project = await openProject(context, "next");
        const site = await serveProject(project, (port) => [next(project), "dev", `--${bundler}`, "-p", port], quiet);
        await check(context, site);
      },
    },
  ];
}

/** @type {Environment} */
const astro = {
  name: "astro with server-side rendering",
  test: async (context) => {
    const project = await openProject(context, "astro");
    const program = join(project, "node_modules/astro/astro.js");
    await run(process.execPath, [program, "build"], { cwd: project, env: quiet, output: "capture" });
    const environment = (/** @type {string} */ port) => ({ ...quiet, PORT: port, HOST: "localhost" });
    const site = await serveProject(project, () => ["dist/server/entry.mjs"], environment);
    try {
      assert.match(await (await fetch(site.url)).text(), /<p>Go with one, two/);
      await checkPage(context.browser, site.url);
    } finally {
      await site.close();
    }
  },
};

/** @type {Environment} */
const viteSsr = {
  name: "vite8, server-side rendering",
  ci: true,
  test: async (context) => {
    const project = await openProject(context, "vite8");
    const vite = join(project, "node_modules/vite/bin/vite.js");
    const args = [vite, "build", "--ssr", "scenario.js", "--logLevel", "warn"];
    await run(process.execPath, args, { cwd: project, output: "capture" });
    const script =
      'const { runProgram } = await import("./dist/scenario.js");' +
      'console.log(JSON.stringify(await runProgram("public/app/app.json", {})));';
    const printed = await run(process.execPath, ["--input-type=module", "-e", script], {
      cwd: project,
      output: "capture",
    });
    assert.deepEqual(JSON.parse(printed), { ...done, via: "file" });
  },
};

export const frameworks = [...nextWith("turbopack"), ...nextWith("webpack"), astro, viteSsr];
