// The npm packages that package-lock.json names.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../paths.mjs";
import { run } from "../process.mjs";
import { found, missing } from "./outcome.mjs";

/**
 * Installs the npm packages when one is missing or has another version than the lock file says.
 *
 * @param {(text: string) => void} progress called before long work
 * @returns {Promise<import("./outcome.mjs").Outcome>}
 */
export async function npmPackages(progress) {
  const wanted = await lockedPackages("package-lock.json");
  if (!wanted) return missing("npm packages", "package-lock.json cannot be read", "Restore the file from git.");
  // npm keeps what it installed in a lock file of the same form.
  const installed = await lockedPackages("node_modules/.package-lock.json");
  const stale = [...wanted].filter(
    ([path, entry]) => !entry.optional && installed?.get(path)?.version !== entry.version,
  );
  if (installed && stale.length === 0) return found("npm packages", `${wanted.size} in the lock file, up to date`);

  progress("installing npm packages");
  try {
    await npm("ci").catch(async (error) => {
      if (!lacksVersion(error)) throw error;
      // Registry mirrors may lag behind: `npm ci` then misses packages of other platforms, which it would not even
      // install. This takes the versions and hashes of the lock file, too, and leaves the file as it is.
      await npm("install", "--no-save");
      await holdToLock(wanted);
    });
  } catch (error) {
    return missing("npm packages", error.message, "Run `npm ci` and look at what it says.");
  }
  return found("npm packages", `installed the ${wanted.size} of the lock file`);
}

/** Whether npm failed because the registry does not have a version that it asked for, and for nothing else. */
const lacksVersion = (/** @type {Error} */ error) => /npm (error|ERR!) code (ETARGET|E404)/.test(error.message);

/** Refuses packages that are not those of the lock file: another version, other content, or none of its packages. */
async function holdToLock(/** @type {Map<string, LockEntry>} */ wanted) {
  const installed = (await lockedPackages("node_modules/.package-lock.json")) ?? new Map();
  const differs = (/** @type {[string, LockEntry]} */ [path, entry]) =>
    entry.version !== wanted.get(path)?.version || entry.integrity !== wanted.get(path)?.integrity;
  const others = [...installed].filter(differs).map(([path]) => path);
  if (others.length === 0) return;
  throw new Error(`npm installed others than the lock file names: ${others.join(", ")}`);
}

function npm(/** @type {string[]} */ ...args) {
  const program = process.platform === "win32" ? "npm.cmd" : "npm";
  return run(program, [...args, "--no-audit", "--no-fund"], { cwd: root, output: "capture" });
}

/** @typedef {{ version: string, integrity?: string, optional?: boolean }} LockEntry */

/** Package path to entry, without the project itself; nothing when the file cannot be read. */
async function lockedPackages(/** @type {string} */ file) {
  try {
    /** @type {Record<string, LockEntry>} */
    const packages = JSON.parse(await readFile(join(root, file), "utf8")).packages;
    return new Map(Object.entries(packages).filter(([path]) => path !== ""));
  } catch {
    return undefined;
  }
}
