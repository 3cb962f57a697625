/**
 * Finds Go releases on this machine and Go's own host script for each, and builds with them.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { runChild } from "./child.mjs";
import { UsageError } from "./command.mjs";

const run = promisify(execFile);

/** A cold build of the standard library on a busy machine takes minutes. */
const BUILD_TIMEOUT_MS = 15 * 60_000;

/** The releases gowasp supports, one patch release of each. */
export const ALL_RELEASES = [
  ...["1.18.10", "1.19.13", "1.20.14"],
  ...["1.21.13", "1.22.12", "1.23.12", "1.24.13", "1.25.14", "1.26.8", "1.27.4"],
];

const FIRST_WITH_WASIP1 = 21;

/** Those that build for wasip1, too. */
export const WASIP1_RELEASES = ALL_RELEASES.filter((release) => minorOf(release) >= FIRST_WITH_WASIP1);

/**
 * @typedef {object} Toolchain
 * @property {string} release such as `1.26.8`
 * @property {number} minor the 26 of `1.26.8`
 * @property {Record<string, string>} env what to add to the environment of `go`
 * @property {string} goroot
 * @property {string} wasmExec path of the `wasm_exec.js` to run its programs with
 */

/**
 * Looks up a release, downloading it through Go's toolchain switch where the machine's Go is another one.
 *
 * @param {string | undefined} release `1.26.8`; undefined is the machine's own Go
 * @returns {Promise<{toolchain: Toolchain} | {missing: string}>} `missing` says why there is none
 */
export async function findToolchain(release) {
  let local;
  try {
    local = await goEnv(releaseEnv("local"));
  } catch (error) {
    return { missing: `no Go on this machine: ${reason(error)}` };
  }
  if (!release || release === local.release) {
    return { toolchain: describe(local, local, releaseEnv("local")) };
  }
  try {
    const env = releaseEnv(release);
    return { toolchain: describe(await goEnv(env), local, env) };
  } catch (error) {
    return { missing: `go${release} cannot be had: ${reason(error)}` };
  }
}

/**
 * The releases that an option names, all of which build for wasip1.
 *
 * @param {string | undefined} names `1.21.13,1.27.4` or `all`; undefined is the machine's own Go
 * @returns {Promise<Toolchain[]>}
 * @throws {UsageError} when one cannot be had
 */
export async function namedToolchains(names) {
  const releases = names === "all" ? WASIP1_RELEASES : (names?.split(",") ?? [undefined]);
  const found = [];
  for (const release of releases) {
    const { toolchain, missing } = await findToolchain(release);
    if (!toolchain) throw new UsageError(missing);
    found.push(toolchain);
  }
  return found;
}

/**
 * Whether a release builds for a system.
 *
 * @param {Toolchain} toolchain
 * @param {string} goos
 */
export function buildsFor({ minor }, goos) {
  return goos !== "wasip1" || minor >= FIRST_WITH_WASIP1;
}

/**
 * What makes `go` be a release. Go 1.19 indexes packages of the module cache, and there, where Go puts it, does not find its own
 * (`GODEBUG=goindex`). Flags that people have set for their Go, one before 1.18 may not know.
 *
 * @param {string} release such as `1.21.13`, or `local` for the machine's own
 * @returns {Record<string, string>} to be added to its environment
 */
export function releaseEnv(release) {
  if (release === "local") return { GOTOOLCHAIN: "local" };
  const minor = minorOf(release);
  const index = minor === 19 ? { GODEBUG: "goindex=0" } : {};
  const flags = minor < 18 ? { GOFLAGS: "-mod=mod" } : {};
  return { GOTOOLCHAIN: `go${release}`, ...index, ...flags };
}

function minorOf(release) {
  return Number(release.split(".")[1]);
}

/**
 * Runs the `go` of a toolchain for wasm, apart from what the machine's user has set for it.
 *
 * @param {Toolchain} toolchain
 * @param {string} goos `js` or `wasip1`
 * @param {string[]} args `build`, its flags, packages
 * @param {string} cwd
 * @returns {Promise<string>} empty when all went well, else what the compiler said
 */
export async function runGo(toolchain, goos, args, cwd) {
  const built = await runChild("go", args, {
    cwd,
    timeoutMs: BUILD_TIMEOUT_MS,
    env: { ...process.env, ...toolchain.env, GOOS: goos, GOARCH: "wasm", GOWORK: "off", GOFLAGS: "" },
  });
  return built.exitCode === 0 ? "" : built.stderr.trim() || built.ended;
}

/** Runs `go env` under `env`. */
async function goEnv(env) {
  const { stdout } = await run("go", ["env", "GOVERSION", "GOROOT"], {
    env: { ...process.env, ...env },
  });
  const [version, goroot] = stdout.trim().split("\n");
  return { release: version.replace(/^go/, ""), goroot };
}

function describe(found, local, env) {
  return { ...found, minor: minorOf(found.release), env, wasmExec: wasmExecOf(found, local) };
}

/**
 * Go 1.24 moved `wasm_exec.js` from `misc/wasm` to `lib/wasm`. Toolchains that Go downloads carry `lib` but not `misc`,
 * so the releases before 1.24 run with the local release's file: its imports are the same functions, and it adds only
 * `globalThis.path` and one more constant of `fs`.
 */
function wasmExecOf(found, local) {
  const places = [
    join(found.goroot, "lib", "wasm", "wasm_exec.js"),
    join(found.goroot, "misc", "wasm", "wasm_exec.js"),
    join(local.goroot, "lib", "wasm", "wasm_exec.js"),
    join(local.goroot, "misc", "wasm", "wasm_exec.js"),
  ];
  const place = places.find((path) => existsSync(path));
  if (!place) throw new Error(`no wasm_exec.js in ${found.goroot} nor in ${local.goroot}`);
  return place;
}

/** What `go` says last is why it failed. */
function reason(error) {
  return String(error.stderr || error.message || error)
    .trim()
    .split("\n")
    .at(-1)
    .trim();
}
