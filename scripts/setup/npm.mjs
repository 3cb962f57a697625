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
    await npm("ci").catch(() => {
      // Registry mirrors may lag behind: `npm ci` then misses packages of other platforms, which it would not even
      // install. This takes the versions of the lock file, too, and leaves the file as it is.
      return npm("install", "--no-save");
    });
  } catch (error) {
    return missing("npm packages", error.message, "Run `npm install` and look at what it says.");
  }
  return found("npm packages", `installed the ${wanted.size} of the lock file`);
}

function npm(/** @type {string[]} */ ...args) {
  const program = process.platform === "win32" ? "npm.cmd" : "npm";
  return run(program, [...args, "--no-audit", "--no-fund"], { cwd: root, output: "capture" });
}

/** Package path to entry, without the project itself; nothing when the file cannot be read. */
async function lockedPackages(/** @type {string} */ file) {
  try {
    /** @type {Record<string, { version: string, optional?: boolean }>} */
    const packages = JSON.parse(await readFile(join(root, file), "utf8")).packages;
    return new Map(Object.entries(packages).filter(([path]) => path !== ""));
  } catch {
    return undefined;
  }
}
