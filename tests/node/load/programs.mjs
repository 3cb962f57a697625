// The Go programs beside this file, built once per source and compiler and kept in the cache.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheDir } from "../../../scripts/paths.mjs";

const sources = fileURLToPath(new URL("programs", import.meta.url));
const goVersion = (() => {
  try {
    return execFileSync("go", ["env", "GOVERSION"], { cwd: sources, encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
})();

/** Why tests with Go programs are skipped, or false. Under CI=true they must run, and fail without Go. */
export const withoutGo = goVersion || process.env.CI ? false : "the go command is not installed";

/** The same for programs with `go:wasmexport`, which came with Go 1.24. */
export const withoutExports =
  withoutGo || (/^go1\.2[0-3]\b/.test(goVersion ?? "") && `${goVersion} cannot export functions`);

/**
 * Compiles the program in the folder `name`.
 *
 * @param {string} name
 * @param {"js" | "wasip1"} [goos]
 * @param {string[]} [flags] of `go build`
 * @returns {string} the module's path
 */
export function built(name, goos = "js", flags = []) {
  const hash = createHash("sha256").update([goVersion, goos, ...flags].join(" "));
  for (const file of readdirSync(join(sources, name))) hash.update(readFileSync(join(sources, name, file)));
  const folder = join(cacheDir, "load-tests");
  const path = join(folder, `${name}-${hash.digest("hex").slice(0, 16)}.wasm`);
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    const unfinished = `${path}.${process.pid}`;
    const env = { ...process.env, GOOS: goos, GOARCH: "wasm" };
    execFileSync("go", ["build", ...flags, "-o", unfinished, `./${name}`], { cwd: sources, env });
    renameSync(unfinished, path);
  }
  return path;
}
