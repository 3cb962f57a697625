// Files for the commands, as the native program treats them (optimizer/cli/src/native/): outputs appear whole or not at all.

import { randomInt } from "node:crypto";
import * as fs from "node:fs";
import { resolve as absolute, basename, dirname, join } from "node:path";
import { systemError } from "./errors.mjs";

/** @returns {Uint8Array} */
export function read(/** @type {string} */ path) {
  return doing(`cannot read ${path}`, () => fs.readFileSync(path));
}

/** What is read at a time of a file that may never end. */
const pieceBytes = 1 << 20;

/** @returns {Uint8Array} at most `count` bytes from the front, which may be far more than there are */
export function readStart(/** @type {string} */ path, /** @type {number} */ count) {
  return doing(`cannot read ${path}`, () => {
    const file = fs.openSync(path, "r");
    try {
      const pieces = [];
      for (let left = count; left > 0; ) {
        const piece = Buffer.alloc(Math.min(left, pieceBytes));
        const length = fs.readSync(file, piece);
        if (length === 0) break;
        pieces.push(piece.subarray(0, length));
        left -= length;
      }
      return Buffer.concat(pieces);
    } finally {
      fs.closeSync(file);
    }
  });
}

/** Folders in folders, beyond which something is wrong with the disk. */
const deepest = 64;

/**
 * The files below a folder: their paths with `/` between names, and sizes. Links and devices are left out.
 *
 * @param {string} path
 * @param {number} most
 * @returns {[name: string, size: number][] | undefined} undefined where there is no folder
 */
export function filesBelow(path, most) {
  if (!fs.statSync(path, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  /** @type {[string, number][]} */
  const files = [];
  const folders = [{ folder: path, prefix: "", depth: 0 }];
  for (let next = folders.pop(); next; next = folders.pop()) {
    const { folder, prefix, depth } = next;
    if (depth > deepest) throw new Error(`${folder}: folders too deep`);
    for (const entry of doing(`cannot read ${folder}`, () => fs.readdirSync(folder, { withFileTypes: true }))) {
      const [name, found] = [`${prefix}${entry.name}`, join(folder, entry.name)];
      if (entry.isDirectory()) folders.push({ folder: found, prefix: `${name}/`, depth: depth + 1 });
      else if (entry.isFile()) files.push([name, doing(`cannot read ${found}`, () => fs.statSync(found).size)]);
      if (files.length > most) throw new Error(`${path}: more than ${most} files`);
    }
  }
  return files.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** @returns {string[]} names of the files in a folder, sorted; none where there is no such folder */
export function list(/** @type {string} */ folder) {
  if (!fs.existsSync(folder)) return [];
  const entries = doing(`cannot list ${folder}`, () => fs.readdirSync(folder, { withFileTypes: true }));
  return entries.flatMap((entry) => (entry.isDirectory() ? [] : [entry.name])).sort();
}

export function remove(/** @type {string} */ path) {
  doing(`cannot remove ${path}`, () => fs.unlinkSync(path));
}

/** @returns {string} where writing to `path` puts the file: absolute, links followed */
export function resolve(/** @type {string} */ path) {
  const file = follow(path);
  try {
    return fs.realpathSync(file);
  } catch {
    // It is not there yet.
  }
  try {
    return join(fs.realpathSync(dirname(file)), basename(file));
  } catch {
    return absolute(file);
  }
}

/**
 * Writes all files beside their destinations, onto the disk, then renames them in order: the last may name the others.
 *
 * @param {[path: string, bytes: Uint8Array][]} files
 */
export function writeBeside(files) {
  /** @type {ReturnType<typeof stage>[]} */
  const staged = [];
  try {
    for (const [path, bytes] of files) staged.push(stage(path, bytes));
    for (const { temporary, destination, path } of staged) {
      doing(`cannot write ${path}`, () => fs.renameSync(temporary, destination));
      syncFolder(dirname(destination));
    }
  } finally {
    for (const { temporary } of staged) fs.rmSync(temporary, { force: true });
  }
}

/** Writes one file; a device or pipe is written to and stays what it is. */
export function write(/** @type {string} */ path, /** @type {Uint8Array} */ bytes) {
  const found = fs.statSync(path, { throwIfNoEntry: false });
  if (!found || found.isFile() || found.isDirectory()) return writeBeside([[path, bytes]]);
  doing(`cannot write ${path}`, () => fs.writeFileSync(path, bytes));
}

/** Puts content beside the file that a path leads to. An older one must be one that may be written to; its mode is kept. */
function stage(/** @type {string} */ path, /** @type {Uint8Array} */ bytes) {
  const destination = follow(path);
  const mode = writableMode(destination, path);
  const folder = dirname(destination);
  sweep(folder);
  const temporary = join(folder, `${prefix}${randomName()}${suffix}`);
  doing(`cannot write ${path}`, () => {
    fs.writeFileSync(temporary, bytes, { flag: "wx", mode: mode ?? 0o666 });
    // The umask has taken away some of an older file's mode.
    if (mode !== undefined) fs.chmodSync(temporary, mode);
    // Renamed before it is on the disk, it would be an empty file after a power cut.
    const file = fs.openSync(temporary, "r+");
    fs.fsyncSync(file);
    fs.closeSync(file);
  });
  return { temporary, destination, path };
}

/** @returns {number | undefined} the mode of an older file, which a rename would not ask for */
function writableMode(/** @type {string} */ destination, /** @type {string} */ shown) {
  const what = `cannot write ${shown}`;
  const found = doing(what, () => fs.statSync(destination, { throwIfNoEntry: false }));
  if (!found) return undefined;
  if (found.isDirectory()) throw new Error(`${what}: it is a directory`);
  if (!(found.mode & 0o222)) throw new Error(`${what}: it is read-only`);
  doing(what, () => fs.accessSync(destination, fs.constants.W_OK));
  return found.mode & 0o7777;
}

/** As many as Linux follows, path_resolution(7); a circle then fails as it does elsewhere. */
const mostLinks = 40;

/** @returns {string} where symbolic links lead, also to a file that is not there yet */
function follow(/** @type {string} */ path) {
  let file = path;
  for (let links = 0; links < mostLinks; links++) {
    try {
      file = absolute(dirname(file), fs.readlinkSync(file));
    } catch {
      break;
    }
  }
  return file;
}

/** The rename is an entry of the folder. Where folders cannot be opened (Windows), the system does without. */
function syncFolder(/** @type {string} */ folder) {
  try {
    const handle = fs.openSync(folder, "r");
    fs.fsyncSync(handle);
    fs.closeSync(handle);
  } catch {
    // See above.
  }
}

const prefix = ".gowasp-";
const suffix = ".partial";
const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
const randomName = () => Array.from({ length: 6 }, () => letters[randomInt(letters.length)]).join("");

/** Nothing that is still being written is this old. */
const leftBehindMs = 60 * 60 * 1000;

/** Removes what killed runs left in a folder. What cannot be removed is in nobody's way. */
function sweep(/** @type {string} */ folder) {
  try {
    for (const name of fs.readdirSync(folder).filter((entry) => /^\.gowasp-[a-zA-Z0-9]{6}\.partial$/.test(entry))) {
      const found = fs.lstatSync(join(folder, name));
      if (found.isFile() && Date.now() - found.mtimeMs > leftBehindMs) fs.unlinkSync(join(folder, name));
    }
  } catch {
    // See above.
  }
}

/**
 * @template T
 * @param {string} what is being done, for the message of its error
 * @param {() => T} work
 * @returns {T}
 */
function doing(what, work) {
  try {
    return work();
  } catch (error) {
    throw systemError(what, error);
  }
}
