// The same in all runtimes of JavaScript on servers, and under test runners.

import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { run } from "../../scripts/process.mjs";
import { done } from "./page.mjs";
import { openProject } from "./project.mjs";
import { serveFolders } from "./server.mjs";

/** @typedef {import("./run.mjs").Environment} Environment */
/** @typedef {Parameters<Environment["test"]>[0]} Context */

/** @type {{ name: string, ci?: boolean, program: string, args?: string[] }[]} */
const hosts = [
  ...["20", "22", "24", "26"].map((major) => ({
    name: `Node ${major}`,
    ci: major === "26",
    program: `node-${major}/bin/node`,
  })),
  {
    name: "Deno",
    ci: true,
    program: "@deno/linux-x64-glibc/deno",
    args: ["run", "--allow-read", "--allow-write", "--allow-net", "--allow-env"],
  },
  { name: "Bun", ci: true, program: "@oven/bun-linux-x64/bin/bun" },
];

const fromFile = { ...done, via: "file" };
const kept = { exit: 0, text: "kept <nil>\n", via: "file" };

/** @returns {Promise<string>} the project, with the programs in it */
async function open(/** @type {Context} */ context) {
  const project = await openProject(context, "runtimes");
  for (const name of ["hello", "files", "files-wasip1", "deadlock"]) {
    await cp(join(context.folder, `${name}.wasm`), join(project, `${name}.wasm`));
  }
  return project;
}

/** @type {Environment[]} */
const servers = hosts.map(({ name, ci, program, args = [] }) => ({
  name,
  ci,
  test: async (context) => {
    const project = await open(context);
    const site = await serveFolders([join(project, "public")]);
    const start = async (/** @type {string[]} */ ...rest) =>
      run(join(project, "node_modules", program), [...args, ...rest], { cwd: project, output: "capture" });
    try {
      const outcome = JSON.parse(await start("runtime.js", site.url));
      for (const name of ["URL", "worker, URL"]) {
        assert.match(outcome[name].via ?? JSON.stringify(outcome[name]), /^(decoder|decompression-stream)$/, name);
        delete outcome[name].via;
      }
      for (const name of ["nothing there", "worker, nothing there"]) delete outcome[name].message;
      assert.deepEqual(outcome, {
        path: fromFile,
        "file URL": fromFile,
        URL: done,
        "worker, path": fromFile,
        "worker, URL": done,
        files: kept,
        "its own file functions": kept,
        wasip1: kept,
        "wasip1 in memory": kept,
        "wasip1 in a worker": kept,
        "nothing there": { error: "network" },
        "worker, nothing there": { error: "network" },
      });
      assert.match(await start("deadlock.js"), /exit 2/);
    } finally {
      await site.close();
    }
  },
}));

/** @type {[string, string[]][]} */
const runners = [
  ["vitest with jsdom", ["vitest/vitest.mjs", "run", "--globals", "--environment", "jsdom"]],
  ["vitest with happy-dom", ["vitest/vitest.mjs", "run", "--globals", "--environment", "happy-dom"]],
  ["jest with jsdom", ["jest/bin/jest.js", "--env", "jsdom", "--testMatch", "**/page.spec.js"]],
];

/** @type {Environment[]} */
const underRunners = runners.map(([name, [script = "", ...args]]) => ({
  name,
  test: async (context) => {
    const project = await open(context);
    // They want a newer Node than the oldest that the package runs in.
    const node = join(project, "node_modules/node-24/bin/node");
    const command = ["--experimental-vm-modules", join(project, "node_modules", script), ...args];
    await run(node, command, { cwd: project, output: "capture" });
  },
}));

/** @type {[string, object][]} */
const workerds = [
  ["workerd", { compatibilityDate: "2026-07-01" }],
  ["workerd with nodejs_compat", { compatibilityDate: "2026-07-01", compatibilityFlags: ["nodejs_compat"] }],
  ["workerd of 2022", { compatibilityDate: "2022-06-01" }],
];

/** @type {Environment[]} */
const workers = workerds.map(([name, options], index) => ({
  name,
  ci: index === 0,
  test: async (context) => {
    const project = await open(context);
    const { Miniflare } = await import(pathToFileURL(join(project, "node_modules/miniflare/dist/src/index.js")).href);
    const entry = join(project, "bundle.js");
    // As wrangler does it.
    await build({
      entryPoints: [join(project, "worker.js")],
      bundle: true,
      format: "esm",
      conditions: ["workerd", "worker", "browser"],
      external: ["*.wasm"],
      outfile: entry,
      logLevel: "silent",
    });
    const miniflare = new Miniflare({
      ...options,
      modulesRoot: project,
      modules: [
        { type: "ESModule", path: entry },
        { type: "CompiledWasm", path: join(project, "hello.wasm") },
      ],
    });
    try {
      const ask = async (/** @type {string} */ path) => (await miniflare.dispatchFetch(`http://worker${path}`)).json();
      assert.deepEqual(await ask("/"), { ...done, via: "module" });
      const refused = await ask("/worker");
      assert.equal(refused.code, "unavailable", JSON.stringify(refused));
    } finally {
      await miniflare.dispose();
    }
  },
}));

export const runtimes = [...servers, ...underRunners, ...workers];
