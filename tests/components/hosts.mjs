// The hosts of components: wasmtime by its Python package, and Node by jco.

import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { wasmtimeHome } from "../../scripts/engines.mjs";
import { installed } from "../../scripts/installed.mjs";
import { run } from "../../scripts/process.mjs";
import { runChild } from "../programs/harness/child.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const TIMEOUT_MS = 240_000;

/**
 * @typedef {object} Run
 * @property {string} file a component; wasmtime takes modules for WASI preview 1 as well
 * @property {string[]} args
 * @property {Record<string, string>} env
 * @property {string} stdin
 */

/** @type {Record<string, (run: Run) => Promise<import("../programs/harness/child.mjs").Outcome>>} */
export const HOSTS = {
  wasmtime: (run) => inFolder((folder) => runWasmtime(run, folder)),
  jco: (run) => inFolder((folder) => runJco(run, folder)),
};

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
