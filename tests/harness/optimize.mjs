/**
 * Runs `gowasp optimize` on a file.
 */
import { existsSync, statSync } from "node:fs";
import { builtBinary, gowaspBinary } from "../../scripts/paths.mjs";
import { runChild } from "./child.mjs";
import { hashOfFile } from "./outputs/ledger.mjs";

/** The test build, which has `--resume-stress` (optimizer/core/src/passes/stress_resumes.rs); `npm run test:resume` builds it. */
export const STRESS_OPTIMIZER = builtBinary.replace(/gowasp(\.exe)?$/, "gowasp-resume-stress$1");

/** What scripts accept that run the optimizer, and how they explain it. */
export const OPTIMIZER_OPTIONS = {
  optimizer: { type: "string" },
  "optimizer-arg": { type: "string", multiple: true, default: [] },
  "resume-stress": { type: "boolean", default: false },
};
export const OPTIMIZER_USAGE = `--optimizer FILE       default target/release/gowasp
  --optimizer-arg ARG    handed to gowasp optimize, may be repeated
  --resume-stress        have functions unwind behind every call, by the test build; how many resume points were entered`;

/**
 * Which optimizer is asked for.
 *
 * @param {{optimizer?: string, "optimizer-arg": string[], "resume-stress": boolean}} values of `OPTIMIZER_OPTIONS`
 * @returns {{optimizer: string, optimizerArgs: string[]}}
 */
export function chosenOptimizer({ optimizer, "optimizer-arg": args, "resume-stress": stress }) {
  if (!stress) return { optimizer: optimizer ?? gowaspBinary, optimizerArgs: args };
  return { optimizer: optimizer ?? STRESS_OPTIMIZER, optimizerArgs: ["--resume-stress", ...args] };
}

const OPTIMIZE_TIMEOUT_MS = 120_000;

/** How the warning begins that the checker refused an output, and a pass was left out. A program that runs does not excuse it. */
const FAULT = "this is a fault in gowasp";

/**
 * Why the optimizer cannot be run, or an empty string.
 *
 * @param {string} optimizer path of the binary
 */
export function optimizerMissing(optimizer) {
  if (existsSync(optimizer)) return "";
  const build = optimizer === STRESS_OPTIMIZER ? "npm run test:resume" : "cargo build --release -p gowasp";
  return `no optimizer at ${optimizer}: ${build}`;
}

/**
 * @param {{optimizer: string, optimizerArgs: string[]}} options
 * @param {string} input path of a wasm file
 * @param {string} output path to write
 * @returns {Promise<{error: string} |
 *   {error: "", inputBytes: number, outputBytes: number, hashes: import("./outputs/ledger.mjs").Entry}>}
 */
export async function optimize({ optimizer, optimizerArgs }, input, output) {
  const outcome = await runChild(optimizer, ["optimize", input, "-o", output, ...optimizerArgs], {
    env: process.env,
    timeoutMs: OPTIMIZE_TIMEOUT_MS,
  });
  if (outcome.exitCode !== 0 || outcome.stderr.includes(FAULT)) {
    return { error: `gowasp optimize: ${outcome.ended}\n${outcome.stderr.trim()}` };
  }
  return {
    error: "",
    inputBytes: statSync(input).size,
    outputBytes: statSync(output).size,
    hashes: { input: hashOfFile(input), output: hashOfFile(output) },
  };
}
