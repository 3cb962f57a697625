/**
 * Builds test binaries of standard packages, each one once: the result is kept under the hash of all that goes into it.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDir } from "../../scripts/paths.mjs";
import { runGo } from "../harness/toolchain.mjs";
import { VARIANTS } from "./variants.mjs";

/** Where test binaries are kept. */
export const CACHE_DIR = join(cacheDir, "std");

/**
 * Where `go test` runs, in GOROOT. From elsewhere Go takes the tests for those of an old module, and gives them the
 * GODEBUG defaults of its release.
 */
const MODULE = "src";

/**
 * @typedef {object} TestCase the tests of one package on one system
 * @property {string} package import path
 * @property {string} goos `js` or `wasip1`
 * @property {string} variant a name in VARIANTS
 * @property {import("../harness/toolchain.mjs").Toolchain} toolchain
 */

/**
 * Builds what the cache does not hold.
 *
 * @param {TestCase} one
 * @returns {Promise<{wasm: string} | {none: true} | {error: string}>} the path of the binary, or that the package has no
 *   tests there, or the compiler's words
 */
export async function testBinary(one) {
  const name = one.package.replaceAll("/", "-");
  const wasm = join(CACHE_DIR, `${name}-${one.goos}-${fingerprint(one)}.wasm`);
  const without = `${wasm}.none`;
  if (existsSync(wasm)) return { wasm };
  if (existsSync(without)) return { none: true };
  mkdirSync(CACHE_DIR, { recursive: true });
  const work = mkdtempSync(join(CACHE_DIR, "build-"));
  try {
    const built = join(work, "test.wasm");
    const args = ["test", "-c", ...flags(one), "-o", built, one.package];
    const error = await runGo(one.toolchain, one.goos, args, join(one.toolchain.goroot, MODULE));
    if (/build constraints exclude all Go files|is not in std/.test(error)) return nothing(without);
    if (error !== "") return { error };
    if (!existsSync(built)) return nothing(without);
    renameSync(built, wasm);
    return { wasm };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function nothing(marker) {
  writeFileSync(marker, "");
  return { none: true };
}

/** A release's standard library is always the same, so its name stands for all sources. */
function fingerprint(one) {
  const parts = [one.toolchain.release, MODULE, one.goos, one.package, flags(one)];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

/** `-trimpath` shares the compiled packages with the test programs; tests find GOROOT in their environment. */
function flags({ variant }) {
  return ["-trimpath", "-vet=off", ...VARIANTS[variant].flags];
}
