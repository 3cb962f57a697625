// The hosts of components: wasmtime by its Python package, and Node by jco.

import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rename, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { wasmtimeHome } from "../../scripts/engines.mjs";
import { installed } from "../../scripts/installed.mjs";
import { cacheDir } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";
import { runChild } from "../harness/child.mjs";
import { builtCrate } from "../harness/crates.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const TIMEOUT_MS = 240_000;

/**
 * @typedef {object} Run
 * @property {string} file a component; wasmtime takes modules for WASI preview 1 as well
 * @property {string[]} args
 * @property {Record<string, string>} env
 * @property {string} stdin
 */

/** @type {Record<string, (run: Run) => Promise<import("../harness/child.mjs").Outcome>>} */
export const HOSTS = {
  wasmtime: (run) => inFolder((folder) => runWasmtime(run, folder)),
  jco: (run) => inFolder((folder) => runJco(run, folder)),
};

/** wasmtime's first Python package that has components, a year older than the pinned one. */
const OLD_WASMTIME = "39.0.0";

/** Releases of a year ago: the adapter's imports must link there, too. @type {typeof HOSTS} */
export const OLD_HOSTS = {
  "wasmtime-39": (run) => inFolder(async (folder) => runWasmtime(run, folder, await oldWasmtime())),
  "jco-1.15": (run) =>
    inFolder(async (folder) => runJco(run, folder, await installed(join(HERE, "jco-1.15"), "jco-1.15"))),
};

/** A host of wasmtime's crates, for commands. @type {typeof HOSTS} */
export const CRATE_HOSTS = {
  "wasmtime-crate": ({ file, args, env, stdin }) =>
    inFolder(async (folder) => {
      const argv = ["run", file, folder, ...args];
      return runChild(await wasmtimeHost(), argv, { env, timeoutMs: TIMEOUT_MS, stdin });
    }),
};

/** The program of tests/hosts/wasmtime, compiled once. */
export const wasmtimeHost = () => builtCrate("wasmtime", join(HERE, "../hosts/wasmtime"), "gowasp-wasmtime-host");

/** Installed once into the cache. */
async function oldWasmtime() {
  const home = join(cacheDir, "tools", `wasmtime-${OLD_WASMTIME}`);
  if (existsSync(home)) return home;
  const partial = `${home}.${process.pid}.partial`;
  const pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", partial, `wasmtime==${OLD_WASMTIME}`];
  await run("python3", pip, { cwd: tmpdir(), output: "capture" });
  await rename(partial, home);
  return home;
}

/** Runs with an empty folder, which is `/data` in the component. */
async function inFolder(/** @type {(folder: string) => Promise<any>} */ work) {
  const folder = await mkdtemp(join(tmpdir(), "gowasp-component-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {string} [home] where the package is */
export function runWasmtime(/** @type {Run} */ { file, args, env, stdin }, folder, home = wasmtimeHome) {
  const argv = [join(HERE, "wasmtime_run.py"), home, file, folder, ...args];
  return runChild("python3", argv, { env: { ...env, PATH: process.env.PATH }, timeoutMs: TIMEOUT_MS, stdin });
}

/** @param {string} [home] folder with jco in its `node_modules` */
export async function runJco(/** @type {Run} */ { file, args, env, stdin }, folder, home) {
  const packages = join(home ?? (await jcoHome()), "node_modules");
  const out = join(folder, "transpiled");
  await mkdir(out);
  await symlink(packages, join(out, "node_modules"), "junction");
  await cp(join(HERE, "jco_host.mjs"), join(out, "host.js"));
  const map = ["--map", "gowasp:test/host=./host.js"];
  await run(join(packages, ".bin", "jco"), ["transpile", file, "-q", "-o", out, "--name", "component", ...map], {
    cwd: out,
    output: "capture",
  });
  const data = join(folder, "data");
  await mkdir(data);
  const argv = ["--no-warnings", join(HERE, "jco_run.mjs"), join(out, "component.js"), data, ...args];
  return runChild(process.execPath, argv, { env: { ...env, PATH: process.env.PATH }, timeoutMs: TIMEOUT_MS, stdin });
}

/** Installed once; its lock file is beside this file. */
export const jcoHome = () => installed(HERE, "jco");
