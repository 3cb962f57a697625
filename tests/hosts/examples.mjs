/**
 * `examples/plugins`: both hosts with all plugins, as Go built them and optimized. All must write the same.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";
import { runChild } from "../harness/child.mjs";
import { builtCrate } from "../harness/crates.mjs";
import { firstDifference } from "./check.mjs";
import { optimized, WAYS } from "./ways.mjs";

const FOLDER = join(root, "examples", "plugins");
const PLUGINS = ["slug", "sensor", "route", "tenant"];
const TIMEOUT_MS = 120_000;

/** Makes a host ready; its path. @type {Record<string, (work: string) => Promise<string>>} */
export const EXAMPLE_HOSTS = {
  wazero: async (work) => {
    const program = join(work, "wazero-host");
    await go(["-o", program, "."], "wazero");
    return program;
  },
  wasmtime: () => builtCrate("wasmtime", join(FOLDER, "wasmtime"), "wasmtime-host"),
};

/**
 * @param {string} host one of `EXAMPLE_HOSTS`
 * @returns {AsyncGenerator<import("./check.mjs").Result>}
 */
export async function* checkExample(host) {
  const name = `examples/plugins/${host}`;
  const work = mkdtempSync(join(tmpdir(), "gowasp-plugins-"));
  let start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  try {
    let program;
    try {
      program = await EXAMPLE_HOSTS[host](work);
      for (const plugin of PLUGINS) await buildPlugin(plugin, work);
    } catch (error) {
      yield { name, way: "original", outcome: "not run", why: String(error.message), seconds: seconds() };
      return;
    }
    for (const way of ["original", ...Object.keys(WAYS)]) {
      const why = await differing(program, way, work).catch((error) => String(error.message));
      yield { name, way, outcome: why ? "differs" : "same", why, seconds: seconds() };
      start = performance.now();
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function differing(/** @type {string} */ program, /** @type {string} */ way, /** @type {string} */ work) {
  const folder = way === "original" ? work : join(work, way);
  if (way !== "original") {
    mkdirSync(folder);
    for (const plugin of PLUGINS) await optimized(join(work, `${plugin}.wasm`), way, join(folder, `${plugin}.wasm`));
  }
  const { stdout, stderr, exitCode, ended } = await runChild(program, [folder], {
    env: process.env,
    timeoutMs: TIMEOUT_MS,
  });
  if (exitCode !== 0) return `${ended}\n${stderr}`;
  return firstDifference(readFileSync(join(FOLDER, "output.txt"), "utf8"), stdout);
}

function buildPlugin(/** @type {string} */ name, /** @type {string} */ work) {
  const args = ["-buildmode=c-shared", "-o", join(work, `${name}.wasm`), `./${name}`];
  return go(args, "guest", { GOOS: "wasip1", GOARCH: "wasm" });
}

function go(
  /** @type {string[]} */ args,
  /** @type {string} */ folder,
  /** @type {Record<string, string>} */ env = {},
) {
  return run("go", ["build", "-trimpath", "-buildvcs=false", ...args], {
    cwd: join(FOLDER, folder),
    env: { ...process.env, GOFLAGS: "", GOWORK: "off", ...env },
    output: "capture",
  });
}
