// Reads the stacks of profiles that Go programs write: `profile.proto` of github.com/google/pprof, compressed by gzip.

import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";

/**
 * The stacks of a profile, sorted.
 *
 * @param {Uint8Array} bytes
 * @returns {string[]} a frame a line, the innermost first: function, file and line
 */
export function stacksOf(bytes) {
  const profile = fieldsOf(gunzipSync(bytes));
  const strings = profile.filter(([field]) => field === 6).map(([, value]) => text(value));
  const functions = new Map(
    messages(profile, 5).map((one) => [
      numberIn(one, 1),
      `${strings[numberIn(one, 2)]} ${strings[numberIn(one, 3)]} ${strings[numberIn(one, 4)]}`,
    ]),
  );
  const locations = new Map(
    messages(profile, 4).map((one) => {
      const lines = messages(one, 4).map((line) => `${functions.get(numberIn(line, 1))}:${numberIn(line, 2)}`);
      return [numberIn(one, 1), lines.join("\n")];
    }),
  );
  const stacks = messages(profile, 2).map((one) =>
    one
      .filter(([field]) => field === 1)
      .flatMap(([, value]) => (typeof value === "number" ? [value] : numbersOf(value)))
      .map((location) => locations.get(location) ?? assert.fail(`there is no location ${location}`))
      .join("\n"),
  );
  return stacks.sort();
}

/** @typedef {[field: number, value: number | Uint8Array]} Field */

/** @returns {Field[]} the fields of a message: numbers, and those with a length */
function fieldsOf(/** @type {Uint8Array} */ message) {
  /** @type {Field[]} */
  const fields = [];
  for (let at = 0; at < message.length; ) {
    const [tag, behind] = numberAt(message, at);
    const [number, end] = numberAt(message, behind);
    assert.ok(tag % 8 === 0 || tag % 8 === 2, `a field of type ${tag % 8}`);
    at = tag % 8 === 0 ? end : end + number;
    fields.push([Math.floor(tag / 8), tag % 8 === 0 ? number : message.subarray(end, at)]);
  }
  return fields;
}

function messages(/** @type {Field[]} */ fields, /** @type {number} */ wanted) {
  return fields.flatMap(([field, value]) => (field === wanted && typeof value !== "number" ? [fieldsOf(value)] : []));
}

function numberIn(/** @type {Field[]} */ fields, /** @type {number} */ wanted) {
  return Number(fields.find(([field]) => field === wanted)?.[1] ?? 0);
}

function numbersOf(/** @type {Uint8Array} */ packed) {
  const numbers = [];
  for (let at = 0; at < packed.length; ) {
    const [number, behind] = numberAt(packed, at);
    numbers.push(number);
    at = behind;
  }
  return numbers;
}

/** @returns {[value: number, behind: number]} a number in base 128 */
function numberAt(/** @type {Uint8Array} */ bytes, /** @type {number} */ at) {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[at++] ?? assert.fail("a number breaks off");
    value += (byte & 127) * factor;
    if (byte < 128) return [value, at];
  }
}

const text = (/** @type {number | Uint8Array} */ value) =>
  typeof value === "number" ? assert.fail("a string") : new TextDecoder().decode(value);
