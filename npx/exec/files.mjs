// This machine's files and process, for a program in a page.

import fs from "node:fs";
import { patientFiles } from "./patient-files.mjs";

const names = (
  "open close fstat fsync fdatasync ftruncate fchmod fchown futimes stat lstat readdir mkdir rmdir unlink rename link symlink " +
  "readlink realpath chmod chown lchown truncate utimes lutimes"
).split(" ");
const operations = /** @type {Record<string, any>} */ (patientFiles());
const kinds = ["isDirectory", "isFile", "isSymbolicLink", "isCharacterDevice", "isBlockDevice", "isFIFO", "isSocket"];

/**
 * Does what a function of `node:fs` does.
 *
 * @param {string} name
 * @param {any[]} args as of the function that calls back; of `read` descriptor, length and position, of `write` descriptor and position
 * @param {Buffer} bytes for `write`
 * @returns {Promise<unknown>} bytes for `read`; else what JSON can tell
 * @throws {NodeJS.ErrnoException}
 */
export async function operate(name, args, bytes) {
  if (name === "read") return read(...spread(args));
  if (name === "write") {
    const [fd, position] = args;
    return call("write", fd, bytes, 0, bytes.length, position);
  }
  if (!names.includes(name)) throw Object.assign(new Error("not implemented"), { code: "ENOSYS" });
  return told(await call(name, ...args));
}

const spread = (/** @type {any[]} */ args) => /** @type {[number, number, number | null]} */ (args);

async function read(/** @type {number} */ fd, /** @type {number} */ length, /** @type {number | null} */ position) {
  const buffer = Buffer.alloc(length);
  const count = await call("read", fd, buffer, 0, length, position);
  return buffer.subarray(0, count);
}

/** @returns {Promise<any>} */
function call(/** @type {string} */ name, /** @type {any[]} */ ...args) {
  return new Promise((resolve, reject) => {
    operations[name](...args, (/** @type {unknown} */ error, /** @type {unknown} */ result) =>
      error ? reject(error) : resolve(result),
    );
  });
}

/** What JSON can tell of a result. */
function told(/** @type {any} */ result) {
  if (Array.isArray(result)) return result.map(told);
  if (typeof result?.isDirectory !== "function") return result;
  const fields = Object.entries(result).map(([name, value]) => [name, typeof value === "bigint" ? `${value}` : value]);
  return { ...Object.fromEntries(fields), kinds: kinds.filter((kind) => result[kind]()) };
}

/** What a program asks its process for, at once. */
export function control(/** @type {string} */ name, /** @type {any} */ argument) {
  if (name === "umask") return process.umask(argument);
  process.chdir(argument);
  return process.cwd();
}

/** What a program is told of its process when it begins. */
export function processFacts() {
  const { env, pid, ppid } = process;
  return {
    env,
    pid,
    ppid,
    cwd: process.cwd(),
    constants: fs.constants,
    operations: names,
    kinds,
    groups: process.getgroups?.(),
    ids: Object.fromEntries(
      /** @type {const} */ (["getuid", "getgid", "geteuid", "getegid"]).map((name) => [name, process[name]?.() ?? -1]),
    ),
  };
}
