// Errors of the system in the words of the native program.

import { getSystemErrorMap } from "node:util";

/**
 * @param {string} what was done
 * @param {unknown} error Node's
 * @returns {Error}
 */
export function systemError(what, error) {
  const { code, errno, message } = /** @type {NodeJS.ErrnoException} */ (error);
  const known = errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
  if (known === undefined) return new Error(`${what}: ${message}`);
  const text = code === "EISDIR" ? "is a directory" : known;
  return new Error(`${what}: ${text[0].toUpperCase()}${text.slice(1)} (os error ${-Number(errno)})`);
}
