/**
 * How variables get into the checksum.
 */
import { isFloat, isInt } from "./types.mjs";

/** A statement that mixes in a scalar. */
export function mixedValue(text, type) {
  if (isInt(type)) return `mix(uint64(${text}))`;
  if (isFloat(type)) return `mixFloat(float64(${text}))`;
  return type === "bool" ? `mixBool(${text})` : `mixString(${text})`;
}

/**
 * A statement that mixes in all of a variable.
 *
 * @param {import("./scope.mjs").Variable} variable
 */
export function mixed({ name, type, shape }) {
  switch (shape) {
    case "value":
      return mixedValue(name, type);
    case "struct":
      return `${name}.mix(2)`;
    case "pointer":
      return `if ${name} != nil { ${name}.mix(2) }`;
    case "map":
      return `for _, k := range keys(${name}) { mix(uint64(k)); ${mixedValue(`${name}[k]`, type)} }`;
    default:
      return `for _, e := range ${name} { ${mixedValue("e", type)} }`;
  }
}

/**
 * The method `mix` of a struct type.
 *
 * @param {import("./types.mjs").Struct} struct
 */
export function mixMethod({ name, fields }) {
  const lines = fields.map(({ name: field, type, length }) =>
    length ? `for _, e := range s.${field} { ${mixedValue("e", type)} }` : mixedValue(`s.${field}`, type),
  );
  return `func (s *${name}) mix(depth int) {\n${lines.join("\n")}\nif s.next != nil && depth > 0 { s.next.mix(depth - 1) }\n}\n`;
}
