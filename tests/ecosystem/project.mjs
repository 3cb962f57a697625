// Projects of people who use the package: installed once for each lock file, copied for each run.

import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installed } from "../../scripts/installed.mjs";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

/**
 * @typedef {object} Given
 * @property {string} folder to work in, with the programs `hello.wasm`, `files.wasm` and `deadlock.wasm`
 * @property {string} tarball the package, as it is published
 * @property {string} app folder with the first of them packed, and its manifest `app.json`
 */

/**
 * Makes what all projects need.
 *
 * @param {string} folder an empty one
 * @param {string} tarball
 * @returns {Promise<Given>}
 */
export async function giveProgram(folder, tarball) {
  const app = join(folder, "app");
  const env = { ...process.env, GOOS: "js", GOARCH: "wasm", GOFLAGS: "" };
  for (const name of ["hello", "files", "deadlock"]) {
    const args = ["build", "-o", join(folder, `${name}.wasm`), `./${name}`];
    await run("go", args, { cwd: join(here, "program"), env });
  }
  const wasip1 = ["build", "-o", join(folder, "files-wasip1.wasm"), "./files"];
  await run("go", wasip1, { cwd: join(here, "program"), env: { ...env, GOOS: "wasip1" } });
  await run(gowaspBinary, ["pack", join(folder, "hello.wasm"), "-o", app, "-q"], { output: "capture" });
  return { folder, tarball, app };
}

/**
 * Lays a project out anew: what is its own, what all have in common, and the package as npm would install it.
 *
 * @param {Given} given
 * @param {string} name a folder of `projects`
 * @param {string} [common] the folder of what all have in common
 * @returns {Promise<string>} its folder
 */
export async function openProject({ tarball, app }, name, common = "shared") {
  const project = await installed(join(here, "projects", name), `ecosystem/${name}`);
  for (const entry of await readdir(project)) {
    if (entry !== "node_modules") await rm(join(project, entry), { recursive: true });
  }
  for (const cache of [".cache", ".vite", "gowasp"]) {
    await rm(join(project, "node_modules", cache), { recursive: true, force: true });
  }
  await cp(join(here, common), project, { recursive: true });
  await cp(join(here, "projects", name), project, { recursive: true });
  await cp(app, join(project, "public/app"), { recursive: true });
  await mkdir(join(project, "node_modules/gowasp"));
  await run("tar", ["-xzf", tarball, "--strip-components=1", "-C", join(project, "node_modules/gowasp")]);
  return project;
}
