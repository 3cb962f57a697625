// Files for the commands: read whole, and written beside their destinations, then renamed.

import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { systemError } from "./errors.mjs";

/**
 * @param {string} path
 * @returns {Uint8Array}
 */
export function read(path) {
  try {
    return readFileSync(path);
  } catch (error) {
    throw systemError(`cannot read ${path}`, error);
  }
}

/**
 * Writes all files beside their destinations, then renames them in order: the last may name the others. A device or pipe is
 * written to and stays what it is.
 *
 * @param {[path: string, bytes: Uint8Array][]} files
 */
export function writeBeside(files) {
  /** @type {[temporary: string, path: string][]} */
  const staged = [];
  try {
    for (const [path, bytes] of files) {
      const found = statSync(path, { throwIfNoEntry: false });
      if (found?.isDirectory()) throw new Error(`cannot write ${path}: it is a directory`);
      if (found && !found.isFile()) attempt(path, () => writeFileSync(path, bytes));
      else {
        const temporary = join(dirname(path), `.gowasp-${randomBytes(6).toString("hex")}`);
        attempt(path, () => writeFileSync(temporary, bytes, { flag: "wx", flush: true }));
        staged.push([temporary, path]);
      }
    }
    for (const [temporary, path] of staged) attempt(path, () => renameSync(temporary, path));
  } finally {
    for (const [temporary] of staged) rmSync(temporary, { force: true });
  }
}

function attempt(/** @type {string} */ path, /** @type {() => void} */ write) {
  try {
    write();
  } catch (error) {
    throw systemError(`cannot write ${path}`, error);
  }
}
