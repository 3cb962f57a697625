// Looks programs up without starting them.

import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/**
 * The first of the names that is an executable file: on PATH, or at the place where a name is a path.
 *
 * @param {string[]} names program names or absolute paths, in order of preference
 * @returns {string | undefined} an absolute path
 */
export function findProgram(names) {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const suffixes = process.platform === "win32" ? [".exe", ".cmd", ""] : [""];
  for (const name of names) {
    const places = isAbsolute(name) ? [name] : folders.map((folder) => join(folder, name));
    const hit = places.flatMap((place) => suffixes.map((suffix) => place + suffix)).find(isExecutable);
    if (hit) return hit;
  }
  return undefined;
}

function isExecutable(/** @type {string} */ path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
