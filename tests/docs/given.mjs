// What the blocks of the documentation find: the Go program of docs/loader/README.md, packed, in a project that has the
// package installed.

import { readFileSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gowaspBinary, root } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";
import { cachedFolder } from "../harness/cache.mjs";
import { answerModule } from "../harness/pages/module.mjs";
import { blocksOf } from "./blocks.mjs";

/** Where the program is, which all pages of the documentation run. */
const index = "docs/loader/README.md";

/**
 * Builds and packs the program, once for each source and optimizer.
 *
 * @returns {Promise<string>} a folder with `main.go`, `go.mod`, `app.wasm`, and `public/app` with what was packed
 */
export function program() {
  const source = blocksOf(index).find(({ file }) => file === "main.go")?.text;
  if (!source) throw new Error(`${index} has no block with file=main.go`);
  return cachedFolder("docs-tests", [source, readFileSync(gowaspBinary)], async (folder) => {
    await writeFile(join(folder, "main.go"), source);
    await writeFile(join(folder, "go.mod"), "module app\n\ngo 1.24\n");
    const env = { ...process.env, GOOS: "js", GOARCH: "wasm", GOFLAGS: "" };
    await run("go", ["build", "-o", "app.wasm"], { cwd: folder, env, output: "capture" });
    const pack = ["pack", "app.wasm", "-o", "public/app", "--brotli", "4", "-q"];
    await run(gowaspBinary, pack, { cwd: folder, output: "capture" });
  });
}

/**
 * A project as somebody has it who reads the documentation.
 *
 * @returns {Promise<{ folder: string, env: NodeJS.ProcessEnv, close: () => Promise<void> }>}
 */
export async function project() {
  const folder = await mkdtemp(join(tmpdir(), "gowasp-docs-"));
  const programs = join(folder, "node_modules/.bin");
  await cp(await program(), folder, { recursive: true });
  await mkdir(programs, { recursive: true });
  await mkdir(join(folder, "build"));
  for (const name of ["one", "two"]) await writeFile(join(folder, `build/${name}.wasm`), answerModule(1000));
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await symlink(root, join(folder, "node_modules/gowasp"));
  await writeScript(join(programs, "gowasp"), `exec node ${join(root, "npx/gowasp.mjs")} "$@"`);
  await writeScript(join(programs, "gowasp-exec"), `exec node ${join(root, "npx/gowasp-exec.mjs")} "$@"`);
  await writeScript(join(programs, "npx"), 'exec "$(dirname "$0")/$@"');
  // The package is there already; nothing else is asked of a registry.
  await writeScript(join(programs, "npm"), '[ "$*" = "i gowasp" ] || [ "$*" = "i -D gowasp" ]');
  const env = { ...process.env, PATH: `${programs}:${process.env.PATH}`, GOWASP_BINARY: gowaspBinary };
  return { folder, env, close: () => rm(folder, { recursive: true, force: true }) };
}

async function writeScript(/** @type {string} */ path, /** @type {string} */ text) {
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
}
