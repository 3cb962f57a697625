// Registry, package managers and checkers, at the versions of tools/package-lock.json, in a folder of the cache.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheDir } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";

const source = fileURLToPath(new URL("tools", import.meta.url));

/** @returns {Promise<string>} the node_modules folder with the tools, installed where it is not there yet */
export async function packageTools() {
  const lock = await readFile(join(source, "package-lock.json"));
  const hash = createHash("sha256").update(lock).digest("hex").slice(0, 16);
  const folder = join(cacheDir, "tools", `package-tests-${hash}`);
  if (!existsSync(folder)) {
    console.log("installing a registry, package managers and checkers, once");
    const partial = `${folder}.${process.pid}.partial`;
    await mkdir(partial, { recursive: true });
    try {
      await cp(source, partial, { recursive: true });
      await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: partial, output: "capture" });
      await rename(partial, folder);
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
  }
  return join(folder, "node_modules");
}
