/**
 * The plugin systems: each a folder with a guest and one or more hosts in `systems`. A host calls a plugin by what its system gives to
 * users, lets it fail in all ways that the system has, calls again, and writes what happened to standard output.
 */
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installed } from "../../scripts/installed.mjs";
import { cacheDir } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";

const SYSTEMS = join(dirname(fileURLToPath(import.meta.url)), "systems");
const CACHE = join(cacheDir, "hosts");

/** extism's SDK for Python, and the library under it. */
const EXTISM_PYTHON = ["extism==1.1.1", "extism-sys==1.41.0"];

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {string} system its folder, whose package `guest` is the plugin
 * @property {string[]} [tags] build tags of the guest
 * @property {() => Promise<string[]>} host makes ready what calls the plugin; the command, to which the plugin's path is added
 * @property {boolean} [canForget] whether the host, told `forget`, does not call `_initialize`
 */

/** @type {Case[]} */
export const CASES = [
  { name: "extism-go", system: "extism", host: () => goHost("extism") },
  { name: "extism-python", system: "extism", host: extismInPython },
  { name: "extism-node", system: "extism", host: extismInNode },
  { name: "go-plugin", system: "go-plugin", host: () => goHost("go-plugin") },
  { name: "proxy-wasm", system: "proxy-wasm", host: () => goHost("proxy-wasm") },
  { name: "wapc", system: "wapc", host: () => goHost("wapc"), canForget: true },
  { name: "http-wasm", system: "http-wasm", tags: ["tinygo.wasm"], host: () => goHost("http-wasm"), canForget: true },
];

/** What a case's host must write about Go's own module. */
export const expectedFile = (/** @type {Case} */ { name, system }) => join(SYSTEMS, system, `${name}.txt`);

/**
 * Builds the plugin of a system.
 *
 * @param {Case} one
 * @returns {Promise<string>} path of the module
 */
export async function buildGuest({ system, tags = [] }) {
  const file = join(CACHE, `${system}.wasm`);
  await goBuild(system, ["-buildmode=c-shared", ...(tags.length ? [`-tags=${tags}`] : []), "-o", file, "./guest"], {
    GOOS: "wasip1",
    GOARCH: "wasm",
  });
  return file;
}

async function goHost(/** @type {string} */ system) {
  const program = join(CACHE, `${system}-host`);
  await goBuild(system, ["-o", program, "./host"]);
  return [program];
}

async function goBuild(
  /** @type {string} */ system,
  /** @type {string[]} */ args,
  /** @type {Record<string, string>} */ env = {},
) {
  await mkdir(CACHE, { recursive: true });
  await run("go", ["build", "-trimpath", "-buildvcs=false", ...args], {
    cwd: join(SYSTEMS, system),
    env: { ...process.env, GOFLAGS: "", GOWORK: "off", ...env },
    output: "capture",
  });
}

async function extismInPython() {
  const home = join(CACHE, EXTISM_PYTHON.join("-").replaceAll("=", ""));
  if (!existsSync(home)) {
    const partial = `${home}.${process.pid}.partial`;
    const pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", partial, ...EXTISM_PYTHON];
    try {
      await mkdir(CACHE, { recursive: true });
      await run("python3", pip, { cwd: tmpdir(), output: "capture" });
      await rename(partial, home);
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
  }
  return ["python3", join(SYSTEMS, "extism", "python_host.py"), home];
}

async function extismInNode() {
  const packages = await installed(join(SYSTEMS, "extism"), "extism");
  return [process.execPath, "--no-warnings", join(SYSTEMS, "extism", "node_host.mjs"), packages];
}
