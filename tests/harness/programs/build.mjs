/**
 * Builds programs to wasm, each one once: the result is kept under the hash of all that goes into it.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheDir } from "../../../scripts/paths.mjs";
import { runGo } from "../toolchain.mjs";
import { PROGRAMS_DIR } from "./catalog.mjs";
import { profileFor } from "./ways.mjs";

/** Where built programs are kept. */
export const CACHE_DIR = join(cacheDir, "programs");

/**
 * Builds what the cache does not hold.
 *
 * @param {ReturnType<typeof import("./catalog.mjs").casesOf>} cases
 * @returns {Promise<Map<string, {wasm: string} | {error: string}>>} by case id: the path of the wasm, or the compiler's words
 */
export async function buildAll(cases) {
  mkdirSync(CACHE_DIR, { recursive: true });
  const results = new Map();
  const batches = new Map();
  for (const one of cases) {
    const wasm = join(CACHE_DIR, `${one.program.name}-${one.goos}-${fingerprint(one)}.wasm`);
    results.set(one.id, { wasm });
    if (existsSync(wasm)) continue;
    const key = JSON.stringify([one.toolchain.release, one.goos, buildFlags(one), one.way]);
    batches.set(key, [...(batches.get(key) ?? []), { ...one, wasm }]);
  }
  for (const batch of batches.values()) {
    for (const [id, error] of await buildBatch(batch)) results.set(id, { error });
  }
  return results;
}

/** Everything the bytes of the wasm depend on. */
function fingerprint({ program, goos, toolchain, variant, way }) {
  const parts = [toolchain.release, goos, buildFlags({ program, goos, variant, way }), program.files];
  if (way) parts.push(way);
  parts.push(readFileSync(join(PROGRAMS_DIR, "go.mod"), "utf8"));
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

/** `-trimpath` keeps this machine's paths out of tracebacks. */
function buildFlags({ program, goos, variant, way }) {
  const flags = ["-trimpath", "-buildvcs=false", ...(way?.flags ?? [])];
  if (program.buildmode[goos]) flags.push(`-buildmode=${program.buildmode[goos]}`);
  if (variant === "stripped") flags.push("-ldflags=-s -w");
  return flags;
}

/**
 * One `go build` for all programs with the same release, system and flags: they link side by side. Where that fails,
 * each is built alone, so that a program that does not compile costs no other its test.
 *
 * @returns {Promise<Map<string, string>>} the compiler's words by case id, for those that failed
 */
async function buildBatch(batch) {
  const work = mkdtempSync(join(CACHE_DIR, "build-"));
  try {
    writeModule(work, batch);
    const together = await goBuild(work, batch);
    if (together === "") return new Map();
    const errors = new Map();
    for (const one of batch) {
      const error = batch.length === 1 ? together : await goBuild(work, [one]);
      if (error !== "") errors.set(one.id, error);
    }
    return errors;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Lays the sources out as one module, generated programs and written ones alike. */
function writeModule(work, batch) {
  writeFileSync(join(work, "go.mod"), readFileSync(join(PROGRAMS_DIR, "go.mod")));
  for (const { program } of batch) {
    for (const [file, text] of Object.entries(program.files)) {
      const path = join(work, program.name, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }
}

/** @returns {Promise<string>} empty when all went well, else what the compiler said */
async function goBuild(work, batch) {
  const [{ toolchain, goos, way }] = batch;
  const out = join(work, "out");
  mkdirSync(out, { recursive: true });
  const packages = batch.map((one) => `./${one.program.name}`);
  const flags = [...buildFlags(batch[0]), ...(way?.profiled ? [`-pgo=${await profileFor(toolchain)}`] : [])];
  const wanted = { ...toolchain, env: { ...toolchain.env, ...way?.env } };
  const error = await runGo(wanted, goos, ["build", ...flags, "-o", `${out}/`, ...packages], work);
  if (error !== "") return error;
  for (const one of batch) renameSync(join(out, one.program.name), one.wasm);
  return "";
}
