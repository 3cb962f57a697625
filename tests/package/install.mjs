// Installs the package in one way, in an empty folder, and packs a Go program with it.

import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findProgram } from "../../npx/find-program.mjs";
import { run } from "../../scripts/process.mjs";

/**
 * @param {import("./installs.mjs").Install} install
 * @param {import("./run.mjs").Context} context
 * @throws {Error} when it does not install, or another program runs than should
 */
export async function tryInstall(install, { folder, tools, registry, wasm }) {
  const place = { tools, registry: registry.url };
  const project = await mkdtemp(join(folder, "project-"));
  await writeFile(join(project, "package.json"), "{}\n");
  await cp(wasm, join(project, "hello.wasm"));
  for (const [name, text] of Object.entries(install.files?.(place) ?? {})) await writeFile(join(project, name), text);
  const env = { ...(await bareEnvironment(folder, registry)), ...install.env?.(place) };
  const options = { cwd: project, env, output: /** @type {const} */ ("capture") };
  for (const [program = "", ...args] of install.steps(place)) await run(program, args, options);

  const [program = "", ...args] = install.command(place);
  const runGowasp = (/** @type {string[]} */ ...rest) => runBoth(program, [...args, ...rest], project, env);
  const said = await runGowasp("pack", "hello.wasm", "-o", "out", "-v");
  const which = install.runs === "native" ? /native program: .*\(@gowasp\/[\w-]+\)/ : /WebAssembly program: @gowasp/;
  assert.match(said, which);
  const { module } = JSON.parse(await readFile(join(project, "out", "app.json"), "utf8"));
  const names = await readdir(join(project, "out"));
  assert.ok(names.includes(module.url) && names.includes(module.encodings.br.url), names.join(", "));
}

/** @returns {Promise<string>} what a command printed on stdout and stderr */
async function runBoth(
  /** @type {string} */ program,
  /** @type {string[]} */ args,
  /** @type {string} */ cwd,
  /** @type {NodeJS.ProcessEnv} */ env,
) {
  const lines = /** @type {string[]} */ ([]);
  await run(program, args, { cwd, env, output: "capture", onLine: (line) => lines.push(line) });
  return lines.join("\n");
}

/** Node, npm and a shell, and no cargo; a home folder with nothing in it but the registry's address. */
async function bareEnvironment(
  /** @type {string} */ folder,
  /** @type {import("./registry.mjs").Registry} */ { npmrc, url },
) {
  const home = await mkdtemp(join(folder, "home-"));
  const programs = join(home, "bin");
  await mkdir(programs);
  for (const name of ["node", "npm", "npx", "sh"]) {
    const path = name === "node" ? process.execPath : findProgram([name]);
    if (!path) throw new Error(`there is no ${name} on PATH`);
    await symlink(path, join(programs, name));
  }
  await cp(npmrc, join(home, ".npmrc"));
  return { PATH: programs, HOME: home, npm_config_registry: url, npm_config_update_notifier: "false" };
}
