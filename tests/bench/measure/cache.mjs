/**
 * Costly results kept by the hash of what they were made from, under `~/.cache/gowasp/bench`.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheDir } from "../../../scripts/paths.mjs";

/** Where results are kept. */
export const BENCH_CACHE = join(cacheDir, "bench");

/**
 * The file of a result, made when it is not there.
 *
 * @param {string} kind folder to keep it in, which says what it is
 * @param {(string | Uint8Array)[]} from everything that the result depends on
 * @param {string} extension of the file, with its dot
 * @param {(unfinished: string) => Promise<void> | void} make writes the file; it gets its name when it is whole
 * @returns {Promise<string>} path
 */
export async function cachedFile(kind, from, extension, make) {
  const path = cachePath(kind, from, extension);
  if (existsSync(path)) return path;
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  try {
    await make(unfinished);
    renameSync(unfinished, path);
  } finally {
    rmSync(unfinished, { force: true });
  }
  return path;
}

/**
 * Where a result is kept, or would be.
 *
 * @param {string} kind
 * @param {(string | Uint8Array)[]} from
 * @param {string} extension
 * @returns {string}
 */
export function cachePath(kind, from, extension) {
  return join(BENCH_CACHE, kind, `${hashOf(...from).slice(0, 32)}${extension}`);
}

/**
 * A result that JSON can hold, made when it is not there.
 *
 * @template T
 * @param {string} kind
 * @param {(string | Uint8Array)[]} from
 * @param {() => Promise<T>} make
 * @returns {Promise<T>}
 */
export async function cachedValue(kind, from, make) {
  const path = await cachedFile(kind, from, ".json", async (unfinished) => {
    writeFileSync(unfinished, JSON.stringify(await make()));
  });
  return JSON.parse(readFileSync(path, "utf8"));
}

/**
 * @param {...(string | Uint8Array)} parts
 * @returns {string} SHA-256 in lower-case hex; parts cannot run into each other
 */
export function hashOf(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest("hex");
}
