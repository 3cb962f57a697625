// What a package.json and its lock file name, installed once into a folder of the cache.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir } from "./paths.mjs";
import { run } from "./process.mjs";

/**
 * @param {string} source folder with `package.json` and `package-lock.json`, and whatever else
 * @param {string} name of the folder below the cache, before the lock file's hash
 * @returns {Promise<string>} a folder with both files and `node_modules`
 * @throws {import("./process.mjs").CommandError} when npm fails
 */
export async function installed(source, name) {
  const lock = await readFile(join(source, "package-lock.json"));
  const hash = createHash("sha256").update(lock).digest("hex").slice(0, 16);
  const folder = join(cacheDir, `${name}-${hash}`);
  if (existsSync(folder)) return folder;
  console.log(`  installing what ${name} needs, once`);
  const partial = `${folder}.${process.pid}.partial`;
  await mkdir(partial, { recursive: true });
  try {
    for (const file of ["package.json", "package-lock.json"]) await cp(join(source, file), join(partial, file));
    // Not `npm ci`: it refuses lock files that npm itself has written, for optional packages of other platforms.
    await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: partial, output: "capture" });
    await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return folder;
}
