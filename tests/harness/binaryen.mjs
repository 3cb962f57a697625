/**
 * Runs Binaryen's wasm-opt from npm, the usual optimizer for wasm of any origin.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";
import { cachedFile, cachePath } from "./cache.mjs";

const PACKAGE = join(root, "node_modules", "binaryen");

/** The option sets to compare with. */
export const BINARYEN_LEVELS = ["-O2", "-Oz"];

/** What Go's code uses beyond the first version of wasm: Go records no `target_features` for wasm-opt to read. */
const FEATURES = ["bulk-memory", "sign-ext", "nontrapping-float-to-int", "mutable-globals"];

/** wasm-opt recurses deeply; Node's 984 KiB are little, and systems give a main thread 8 MiB. */
const STACK_KIB = 7_000;

/** @returns {string} version of the installed package */
export function binaryenVersion() {
  return JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")).version;
}

/**
 * Optimizes a module; takes minutes for a large one, and is done once for each.
 *
 * @param {string} level one of `BINARYEN_LEVELS`, or another option of wasm-opt
 * @param {string} wasm path
 * @returns {Promise<string>} path of the result
 */
export function withBinaryen(level, wasm) {
  return cachedFile("bench/binaryen", madeFrom(level, wasm), ".wasm", async (out) => {
    const node = [`--stack-size=${STACK_KIB}`, join(PACKAGE, "bin", "wasm-opt")];
    await run(process.execPath, [...node, wasm, ...options(level), "-o", out], { output: "capture" });
  });
}

/**
 * @param {string} level
 * @param {string} wasm
 * @returns {boolean} whether `withBinaryen` has the result at hand
 */
export function hasBinaryen(level, wasm) {
  return existsSync(cachePath("bench/binaryen", madeFrom(level, wasm), ".wasm"));
}

function options(level) {
  return [level, ...FEATURES.map((name) => `--enable-${name}`)];
}

function madeFrom(level, wasm) {
  return [binaryenVersion(), options(level).join(" "), readFileSync(wasm)];
}
