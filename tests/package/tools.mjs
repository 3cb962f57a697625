// Registry, package managers and checkers, at the versions of tools/package-lock.json, in a folder of the cache.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installed } from "../../scripts/installed.mjs";

/** @returns {Promise<string>} the node_modules folder with the tools, installed where it is not there yet */
export async function packageTools() {
  const source = fileURLToPath(new URL("tools", import.meta.url));
  return join(await installed(source, "tools/package-tests"), "node_modules");
}
