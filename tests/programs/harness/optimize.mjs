/**
 * Runs `gowasp optimize` on a file.
 */
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { hashOfFile } from "../../outputs/ledger.mjs";
import { PROGRAMS_DIR } from "./catalog.mjs";
import { runChild } from "./child.mjs";

/** The optimizer that `cargo build --release` leaves; `GOWASP_OPTIMIZER` names another. */
export const DEFAULT_OPTIMIZER =
  process.env.GOWASP_OPTIMIZER ??
  join(dirname(dirname(PROGRAMS_DIR)), "target", "release", process.platform === "win32" ? "gowasp.exe" : "gowasp");

const OPTIMIZE_TIMEOUT_MS = 120_000;

/**
 * Why the optimizer cannot be run, or an empty string.
 *
 * @param {string} optimizer path of the binary
 */
export function optimizerMissing(optimizer) {
  return existsSync(optimizer) ? "" : `no optimizer at ${optimizer}: cargo build --release -p gowasp`;
}

/**
 * @param {{optimizer: string, optimizerArgs: string[]}} options
 * @param {string} input path of a wasm file
 * @param {string} output path to write
 * @returns {Promise<{error: string} |
 *   {error: "", inputBytes: number, outputBytes: number, hashes: import("../../outputs/ledger.mjs").Entry}>}
 */
export async function optimize({ optimizer, optimizerArgs }, input, output) {
  const outcome = await runChild(optimizer, ["optimize", input, "-o", output, ...optimizerArgs], {
    env: process.env,
    timeoutMs: OPTIMIZE_TIMEOUT_MS,
  });
  if (outcome.exitCode !== 0) {
    return { error: `gowasp optimize: ${outcome.ended}\n${outcome.stderr.trim()}` };
  }
  return {
    error: "",
    inputBytes: statSync(input).size,
    outputBytes: statSync(output).size,
    hashes: { input: hashOfFile(input), output: hashOfFile(output) },
  };
}
