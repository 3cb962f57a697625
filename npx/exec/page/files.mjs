// The machine's files in the shape of node:fs: with callbacks for programs for js, at once for those for wasip1.

import { ask, askNow } from "./ask.mjs";

const fields = ["dev", "ino", "nlink", "size", "atimeNs", "mtimeNs", "ctimeNs"];

/**
 * What the machine has told of its files.
 *
 * @typedef {{ constants: object, operations: string[], kinds: string[] }} Facts
 */

/** @returns {Record<string, any>} */
export function callbackFiles(/** @type {Facts} */ { constants, operations, kinds }) {
  const functions = operations.map((name) => [
    name,
    (/** @type {any[]} */ ...args) =>
      settle(
        args.pop(),
        ask("files", [name, ...args]).then((result) => restored(result, kinds)),
      ),
  ]);
  return {
    constants,
    ...Object.fromEntries(functions),
    writeSync,
    read(/** @type {any[]} */ ...[fd, buffer, offset, length, position, done]) {
      const answer = ask("files", ["read", fd, length, position]).then((bytes) => {
        buffer.set(bytes, offset);
        return bytes.length;
      });
      settle(done, answer);
    },
    write(/** @type {any[]} */ ...[fd, buffer, offset, length, position, done]) {
      settle(done, ask("files", ["write", fd, position], buffer.slice(offset, offset + length)));
    },
  };
}

/** @returns {Record<string, any>} */
export function syncFiles(/** @type {Facts} */ { constants, operations, kinds }) {
  const functions = operations.map((name) => [
    `${name}Sync`,
    (/** @type {any[]} */ ...args) => restored(askNow("files", [name, ...args]), kinds),
  ]);
  return {
    constants,
    ...Object.fromEntries(functions),
    writeSync,
    readSync(/** @type {any[]} */ ...[fd, buffer, offset, length, position]) {
      const bytes = askNow("files", ["read", fd, length, position]);
      buffer.set(bytes, offset);
      return bytes.length;
    },
  };
}

/** @returns {number} */
function writeSync(/** @type {any[]} */ ...[fd, buffer, offset = 0, length = buffer.length - offset, position = null]) {
  // A copy, as no memory that is shared or may grow can be sent.
  return askNow("files", ["write", fd, position], buffer.slice(offset, offset + length));
}

function settle(/** @type {any} */ done, /** @type {Promise<any>} */ answer) {
  answer.then(
    (result) => done(null, result),
    (error) => done(error),
  );
}

/** A result as node:fs gives it. @returns {any} */
function restored(/** @type {any} */ result, /** @type {string[]} */ kinds) {
  if (Array.isArray(result)) return result.map((one) => restored(one, kinds));
  if (!result?.kinds) return result;
  // Those that were asked for as bigint came as text.
  const exact = fields.filter((name) => typeof result[name] === "string").map((name) => [name, BigInt(result[name])]);
  const is = kinds.map((kind) => [kind, () => result.kinds.includes(kind)]);
  return { ...result, ...Object.fromEntries([...exact, ...is]) };
}
