/**
 * Costly results, kept between runs by the hash of what they were made from: a file or a folder below the cache. It gets its
 * name when it is whole, so that whoever finds it can use it, and runs side by side do not disturb each other.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheDir } from "../../scripts/paths.mjs";

/**
 * The file of a result, made when it is not there.
 *
 * @param {string} kind folder below the cache to keep it in, which says what it is
 * @param {(string | Uint8Array)[]} from everything that the result depends on
 * @param {string} ending of the file's name, such as `.json`
 * @param {(unfinished: string) => Promise<void> | void} make writes the file
 * @returns {Promise<string>} path
 */
export async function cachedFile(kind, from, ending, make) {
  const path = cachePath(kind, from, ending);
  if (existsSync(path)) return path;
  const unfinished = begin(path);
  try {
    await make(unfinished);
    return finish(unfinished, path);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/**
 * The same where nothing has to be waited for.
 *
 * @param {string} kind
 * @param {(string | Uint8Array)[]} from
 * @param {string} ending
 * @param {(unfinished: string) => void} make
 * @returns {string} path
 */
export function cachedFileSync(kind, from, ending, make) {
  const path = cachePath(kind, from, ending);
  if (existsSync(path)) return path;
  const unfinished = begin(path);
  try {
    make(unfinished);
    return finish(unfinished, path);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/**
 * A folder of results, made when it is not there; others of its kind go once nobody uses them any more.
 *
 * @param {string} kind
 * @param {(string | Uint8Array)[]} from
 * @param {(unfinished: string) => Promise<void> | void} make fills the folder, which is there and empty
 * @returns {Promise<string>} path
 */
export function cachedFolder(kind, from, make) {
  return cachedFile(kind, from, "", async (unfinished) => {
    removeOld(dirname(unfinished));
    mkdirSync(unfinished);
    await make(unfinished);
  });
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
 * Where a result is kept, or would be.
 *
 * @param {string} kind
 * @param {(string | Uint8Array)[]} from
 * @param {string} ending
 * @returns {string}
 */
export function cachePath(kind, from, ending) {
  return join(cacheDir, kind, `${hashOf(...from).slice(0, 32)}${ending}`);
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

/** What a run uses is younger. */
const OLD_MS = 24 * 3600 * 1000;

function removeOld(/** @type {string} */ folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (Date.now() - made > OLD_MS) rmSync(path, { recursive: true, force: true });
  }
}

function begin(/** @type {string} */ path) {
  mkdirSync(dirname(path), { recursive: true });
  return `${path}.${process.pid}`;
}

/** Somebody else may have been faster with a folder, which cannot be renamed to one that is there. */
function finish(/** @type {string} */ unfinished, /** @type {string} */ path) {
  try {
    renameSync(unfinished, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  }
  return path;
}
