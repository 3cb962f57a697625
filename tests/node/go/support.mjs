// Builds the Go programs here and the host functions under test, and runs the one with the other.

import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const loader = path.resolve(here, "../../../loader/ts/go");
const cache = path.join(homedir(), ".cache/gowasp/host-tests");
// Long enough for a machine that is busy with other things; a hanging program must not outlive it.
const RUN_LIMIT_MS = 60_000;

/** Why tests that need Go cannot run: `false` if they can. Under CI=true they must, so nothing is skipped there. */
export const withoutGo = findGo() || process.env.CI ? false : "the go command is not installed";

/** Why a Go release cannot be used, e.g. for want of a network to get it from: `false` if it can. */
export function withoutRelease(release) {
  return findGo(toolchain(release)) || process.env.CI ? false : `Go ${release} is not installed and cannot be had`;
}

function findGo(env = {}) {
  try {
    go(["version"], env);
    return true;
  } catch {
    return false;
  }
}

function toolchain(release) {
  if (release === "local") return { GOTOOLCHAIN: "local" };
  // Flags that people have set for their Go, an old one may not know.
  const flags = Number(release.split(".")[1]) < 18 ? { GOFLAGS: "-mod=mod" } : {};
  return { GOTOOLCHAIN: `go${release}`, ...flags };
}

function go(args, env = {}) {
  return execFileSync("go", args, {
    cwd: here,
    encoding: "utf8",
    stdio: "pipe",
    env: { ...process.env, ...env },
  }).trim();
}

/**
 * Builds the program in the directory `name`.
 *
 * @param {string} name
 * @param {string} release a Go release such as "1.21.13", or "local"
 * @returns {string} the path of the module; kept until a source or the compiler changes
 */
export function buildProgram(name, release = "local") {
  const env = { GOOS: "js", GOARCH: "wasm", ...toolchain(release) };
  const hash = createHash("sha256").update(go(["version"], env));
  for (const file of readdirSync(path.join(here, name))) hash.update(readFileSync(path.join(here, name, file)));
  const wasm = path.join(cache, `${name}-${hash.digest("hex").slice(0, 16)}.wasm`);
  if (!existsSync(wasm)) {
    mkdirSync(cache, { recursive: true });
    const unfinished = `${wasm}.${process.pid}`;
    go(["build", "-o", unfinished, `./${name}`], env);
    renameSync(unfinished, wasm);
  }
  return wasm;
}

/** Bundles the host functions; returns the bundle's path. It is there as long as this process. */
export async function bundleHost() {
  const directory = mkdtempSync(path.join(tmpdir(), "gowasp-host-"));
  process.once("exit", () => rmSync(directory, { recursive: true }));
  const outfile = path.join(directory, "host.mjs");
  // In pages, too, with all that load() gives programs where they ask for it.
  const contents = `
    import { GoHost as Host } from "./host.ts";
    import { givenSystem } from "./given-system.ts";
    export class GoHost extends Host { constructor(options) { super(options, givenSystem); } }`;
  const stdin = { contents, resolveDir: loader };
  await build({ stdin, bundle: true, format: "esm", logLevel: "error", outfile });
  return outfile;
}

/** Imports the host functions. */
export async function importHost() {
  return import(pathToFileURL(await bundleHost()));
}

/**
 * Runs a program in a process of its own.
 *
 * @param {string | null} bundle the host functions' bundle, or null for Go's own `wasm_exec_node.js`
 * @param {string} wasm
 * @param {string[]} args
 * @param {{ stdin?: string, env?: Record<string, string> }} options
 * @returns {Promise<{ stdout: string, stderr: string, code: number | null }>}
 */
export function runProgram(bundle, wasm, args = [], { stdin = "", env = {} } = {}) {
  const script = bundle
    ? [path.join(here, "run.mjs"), bundle]
    : [path.join(go(["env", "GOROOT"], toolchain("local")), "lib/wasm/wasm_exec_node.js")];
  const preload = ["--import", pathToFileURL(path.join(here, "kit.mjs")).href];
  const child = spawn("node", [...preload, ...script, wasm, ...args], {
    env: { PATH: process.env.PATH, TZ: "UTC", ...env },
    timeout: RUN_LIMIT_MS,
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) {
    child[name].setEncoding("utf8").on("data", (text) => {
      output[name] += text;
    });
  }
  child.stdin.on("error", () => {}); // a program that does not read closes it early
  child.stdin.end(stdin);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...output, code }));
  });
}
