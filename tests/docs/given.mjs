// What the blocks of the documentation find: the Go program of docs/loader/README.md, packed, in a project that has the
// package installed.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDir, gowaspBinary, root } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";
import { answerModule } from "../browser/module.mjs";
import { blocksOf } from "./blocks.mjs";

/** Where the program is, which all pages of the documentation run. */
const index = "docs/loader/README.md";

/**
 * Builds and packs the program, once for each source and optimizer.
 *
 * @returns {Promise<string>} a folder with `main.go`, `go.mod`, `app.wasm`, and `public/app` with what was packed
 */
export async function program() {
  const source = blocksOf(index).find(({ file }) => file === "main.go")?.text;
  if (!source) throw new Error(`${index} has no block with file=main.go`);
  const hash = createHash("sha256").update(source);
  hash.update(await readFile(gowaspBinary));
  const folder = join(cacheDir, "docs-tests", hash.digest("hex").slice(0, 16));
  if (existsSync(folder)) return folder;
  const partial = `${folder}.${process.pid}`;
  await mkdir(partial, { recursive: true });
  await writeFile(join(partial, "main.go"), source);
  await writeFile(join(partial, "go.mod"), "module app\n\ngo 1.24\n");
  const env = { ...process.env, GOOS: "js", GOARCH: "wasm", GOFLAGS: "" };
  await run("go", ["build", "-o", "app.wasm"], { cwd: partial, env, output: "capture" });
  const pack = ["pack", "app.wasm", "-o", "public/app", "--brotli", "4", "-q"];
  await run(gowaspBinary, pack, { cwd: partial, output: "capture" });
  await rename(partial, folder).catch(() => rm(partial, { recursive: true }));
  return folder;
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
