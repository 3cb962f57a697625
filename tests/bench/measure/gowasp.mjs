/**
 * Runs the optimizer that is measured: `target/release/gowasp`, or the one that `GOWASP_BINARY` names.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gowaspBinary } from "../../../scripts/paths.mjs";
import { run } from "../../../scripts/process.mjs";
import { cachedFile, cachedValue, hashOf } from "../../harness/cache.mjs";
import { optimizerMissing } from "../../harness/optimize.mjs";

/** Path of the program. */
export const GOWASP = gowaspBinary;

/**
 * @typedef {object} Optimizer
 * @property {string} version what `gowasp --version` prints
 * @property {string} hash of the program: with the same one, results can be kept
 */

/**
 * @returns {Promise<Optimizer>}
 * @throws {Error} when it has not been built
 */
export async function findOptimizer() {
  const missing = optimizerMissing(GOWASP);
  if (missing) throw new Error(missing);
  const version = await run(GOWASP, ["--version"], { output: "capture" });
  return { version: version.trim(), hash: hashOf(readFileSync(GOWASP)) };
}

/**
 * Optimizes a module.
 *
 * @param {Optimizer} optimizer
 * @param {string} wasm path
 * @param {string[]} [flags] of `gowasp optimize`, by default none
 * @returns {Promise<string>} path of the result
 */
export function optimized({ hash }, wasm, flags = []) {
  return cachedFile("bench/optimized", [hash, ...flags, readFileSync(wasm)], ".wasm", async (out) => {
    await run(GOWASP, ["optimize", "--quiet", ...flags, wasm, "-o", out], { output: "capture" });
  });
}

/**
 * Optimizes a module for one look at the result, which is not kept.
 *
 * @template T
 * @param {string} wasm path
 * @param {(path: string) => Promise<T>} look
 * @returns {Promise<T>}
 */
export async function optimizedBriefly(wasm, look) {
  const folder = mkdtempSync(join(tmpdir(), "gowasp-bench-"));
  try {
    const out = join(folder, "out.wasm");
    await run(GOWASP, ["optimize", "--quiet", wasm, "-o", out], { output: "capture" });
    return await look(out);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * What `gowasp inspect` says of a module.
 *
 * @param {Optimizer} optimizer
 * @param {string} wasm path
 * @returns {Promise<{release: string | null, raw: number, code: number}>} bytes; `release` of Go where it is known
 */
export function inspected({ hash }, wasm) {
  return cachedValue("bench/inspected", [hash, readFileSync(wasm)], async () => {
    const { identity, sizes } = JSON.parse(await run(GOWASP, ["inspect", "--json", wasm], { output: "result" }));
    return { release: identity.release, raw: sizes.raw, code: sizes.code };
  });
}
