/**
 * The `go` command, for tests that wait for it: whether it is there, and programs built with it, each once.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cachedFileSync } from "./cache.mjs";
import { releaseEnv } from "./toolchain.mjs";

/** The machine's own Go, whatever a `go.mod` asks for. */
const LOCAL = releaseEnv("local");

/** Why tests that need Go cannot run: `false` if they can. Under CI=true they must, so nothing is skipped there. */
export const withoutGo = isThere(LOCAL) || process.env.CI ? false : "the go command is not installed";

/**
 * Why a Go release cannot be used, e.g. for want of a network to get it from: `false` if it can.
 *
 * @param {string} release such as `1.21.13`
 */
export function withoutRelease(release) {
  const usable = isThere(releaseEnv(release)) || process.env.CI;
  return usable ? false : `Go ${release} is not installed and cannot be had`;
}

/** Release of the machine's Go, such as `go1.26.8`. */
export const goRelease = () => go(["env", "GOVERSION"], LOCAL).trim();

/** Path of the machine's Go. */
export const goroot = () => go(["env", "GOROOT"], LOCAL).trim();

/**
 * Runs `go` to its end.
 *
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env] added to this process's
 * @param {string} [cwd]
 * @returns {string} what it printed
 * @throws {Error} with what it said when it fails
 */
export function go(args, env = {}, cwd = undefined) {
  return execFileSync("go", args, { cwd, encoding: "utf8", stdio: "pipe", env: { ...process.env, ...env } });
}

/**
 * Builds the program of a folder for wasm.
 *
 * @param {string} folder with its sources, absolute, in a Go module
 * @param {object} [how]
 * @param {string} [how.release] such as `1.21.13`; `local`, the default, is the machine's own
 * @param {"js" | "wasip1"} [how.goos]
 * @param {string[]} [how.flags] of `go build`
 * @returns {string} the path of the module; kept until a source, a flag or the compiler changes
 */
export function builtProgram(folder, { release = "local", goos = "js", flags = [] } = {}) {
  const env = { ...releaseEnv(release), GOOS: goos, GOARCH: "wasm" };
  const sources = readdirSync(folder).map((file) => readFileSync(join(folder, file)));
  const from = [folder, go(["version"], env, folder), goos, ...flags, ...sources];
  return cachedFileSync("built", from, ".wasm", (file) => {
    go(["build", ...flags, "-o", file, "."], env, folder);
  });
}

/** @param {NodeJS.ProcessEnv} env */
function isThere(env) {
  try {
    go(["version"], env);
    return true;
  } catch {
    return false;
  }
}
