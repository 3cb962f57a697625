/**
 * The engines beside V8 that run `GOOS=wasip1` programs, each in a process of its own.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findProgram } from "../../npx/find-program.mjs";
import { wasmtimeHome, wazeroPath } from "../../scripts/engines.mjs";
import { cacheDir } from "../../scripts/paths.mjs";
import { runChild } from "../harness/child.mjs";

const RUNNER = join(dirname(fileURLToPath(import.meta.url)), "wasmtime_run.py");
const RUN_TIMEOUT_MS = 180_000;

/** Compiled modules that will be run again. */
const COMPILED = join(cacheDir, "engines");

/**
 * @typedef {object} WasiEngine
 * @property {() => string} missing why it cannot be used and what to do about it, or an empty string
 * @property {(wasm: string, options: {keep: boolean}) => string[]} command the program and its arguments, to which those of the
 *   module are added; `keep` the compiled module for the next run
 */

/** @type {Record<"wazero" | "wasmtime", WasiEngine>} */
export const WASI_ENGINES = {
  wazero: {
    missing: () => (existsSync(wazeroPath) ? "" : "wazero is not installed: npm run setup"),
    command: (wasm, { keep }) => {
      const cache = keep ? [`-cachedir=${join(COMPILED, "wazero")}`] : [];
      return [wazeroPath, "run", ...cache, "-mount=/:/", "-env-inherit", wasm];
    },
  },
  wasmtime: {
    missing: () => {
      if (!findProgram(["python3"])) return "wasmtime needs python3, which is not on PATH";
      return existsSync(wasmtimeHome) ? "" : "wasmtime is not installed: npm run setup";
    },
    command: (wasm, { keep }) => {
      return ["python3", RUNNER, wasmtimeHome, keep ? join(COMPILED, "wasmtime") : "", wasm];
    },
  },
};

/**
 * Runs a test program in an empty directory, with an environment that holds nothing of this machine but `PATH`.
 *
 * @param {keyof typeof WASI_ENGINES} name
 * @param {import("../harness/programs/catalog.mjs").Program} program
 * @param {string} wasm path of the module
 * @param {{keep?: boolean}} [options] `keep` the compiled module for the next run
 * @returns {Promise<import("../harness/child.mjs").Outcome>}
 */
export async function runOnEngine(name, program, wasm, { keep = false } = {}) {
  const cwd = mkdtempSync(join(tmpdir(), "gowasp-engine-"));
  try {
    const [command, ...args] = WASI_ENGINES[name].command(wasm, { keep });
    return await runChild(command, [...args, ...program.args], {
      cwd,
      env: { PATH: process.env.PATH, PWD: cwd, TZ: "UTC", TMPDIR: cwd, ...program.env },
      timeoutMs: RUN_TIMEOUT_MS,
      stdin: program.stdin,
    });
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
