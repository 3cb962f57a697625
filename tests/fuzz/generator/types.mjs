/**
 * The types that generated programs use: scalars of every width, and structs and arrays of them, small and large.
 */

/** Signed and unsigned integers with their bits; the size of `int` is 64 bits on wasm. */
export const INTS = {
  int8: 8,
  int16: 16,
  int32: 32,
  int64: 64,
  int: 64,
  uint8: 8,
  uint16: 16,
  uint32: 32,
  uint64: 64,
  uint: 64,
  uintptr: 64,
};
export const INT_NAMES = Object.keys(INTS);
export const FLOATS = ["float32", "float64"];
/** Types of parameters, results and variables. */
export const SCALARS = [...INT_NAMES, ...INT_NAMES, ...FLOATS, "bool", "string", "string"];

export const isInt = (type) => type in INTS;
export const isSigned = (type) => isInt(type) && !type.startsWith("u");
export const isFloat = (type) => FLOATS.includes(type);

/**
 * @typedef {object} Field
 * @property {string} name
 * @property {string} type of the field, or of its elements
 * @property {number} [length] of an array, a power of two
 *
 * @typedef {object} Struct
 * @property {string} name
 * @property {Field[]} fields
 */

/**
 * Struct types, comparable all of them. The last is large, so that it is cleared and copied in bulk.
 *
 * @param {import("./choices.mjs").Choices} choices
 * @returns {Struct[]}
 */
export function structs(choices) {
  return choices.times(4, (i) => ({
    name: `S${i}`,
    fields: choices.times(choices.between(2, 6), (j) => {
      const type = choices.of(SCALARS);
      const name = `x${j}`;
      if (j > 0 && choices.chance(25)) return { name, type, length: choices.of([1, 2, 4, i === 3 ? 128 : 8]) };
      return { name, type };
    }),
  }));
}

/**
 * The declaration of a struct; `next` is a pointer, so that values hold pointers, too.
 *
 * @param {Struct} struct
 */
export function structSource({ name, fields }) {
  const lines = fields.map((field) => `\t${field.name} ${field.length ? `[${field.length}]` : ""}${field.type}`);
  return `type ${name} struct {\n${lines.join("\n")}\n\tnext *${name}\n}\n`;
}

/**
 * A literal that fits its type; at the bounds of the type more often than elsewhere. Integers are never 0 if `notZero`.
 *
 * @param {import("./choices.mjs").Choices} choices
 * @param {string} type
 * @param {boolean} [notZero]
 */
export function literal(choices, type, notZero = false) {
  if (isInt(type)) return `${type}(${integer(choices, type, notZero)})`;
  if (isFloat(type)) return `${type}(${choices.of(["0.5", "1", "-2.75", "3e9", "1e-7", "-1.5e18", "65535.99"])})`;
  if (type === "bool") return choices.of(["true", "false"]);
  return JSON.stringify(choices.of(["", "a", "go", "größe", "wasm\n", "0123456789", "😀"]));
}

function integer(choices, type, notZero) {
  const bits = BigInt(INTS[type]);
  const [least, most] = isSigned(type) ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
  const value = choices.weighted([
    [6, BigInt(choices.below(20))],
    [2, BigInt(choices.below(128))],
    [1, least],
    [1, most],
    [1, most - BigInt(choices.below(3))],
    [1, 1n << BigInt(choices.below(Number(bits) - 1))],
    [1, BigInt.asIntN(64, BigInt(choices.below(2 ** 32)) << 31n) % (most + 1n)],
  ]);
  const fits = value < least ? -value : value;
  return notZero && fits === 0n ? "3" : String(fits);
}
