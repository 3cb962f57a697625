/**
 * Switches: dense, sparse, on strings, on conditions, on types.
 */
import { expression } from "./expressions.mjs";
import { INTS, literal } from "./types.mjs";

/**
 * @param {import("./scope.mjs").Scope} scope
 * @param {number} depth how deep the bodies may nest
 * @param {(scope: import("./scope.mjs").Scope, depth: number, most?: number) => string[]} block
 * @returns {string[]}
 */
export function switchStatement(scope, depth, block) {
  const { choices } = scope;
  const type = choices.of(["int", "uint8", "int64", "uint32", "int16", "string", "bool"]);
  if (type === "bool") return conditions(scope, depth, block);
  const { of, values } = type === "string" ? strings(scope) : integers(scope, type);
  const lines = [`switch ${of} {`];
  const others = values.length && choices.chance(70) ? choices.below(values.length) : -1;
  values.forEach((group, i) => {
    if (i === others) lines.push("default:", ...block(scope, depth, 2));
    lines.push(`case ${group.join(", ")}:`, ...block(scope, depth, 2));
    if (i + 1 < values.length && choices.chance(10)) lines.push("fallthrough");
  });
  return [...lines, "}"];
}

function conditions(scope, depth, block) {
  const { choices } = scope;
  const cases = choices.times(choices.between(2, 4), () => [
    `case ${expression(scope, "bool", 2)}:`,
    ...block(scope, depth, 2),
  ]);
  return ["switch {", ...cases.flat(), "}"];
}

function integers(scope, type) {
  const { choices } = scope;
  const dense = choices.chance(50);
  const count = choices.of([2, 4, 9, 20]);
  const first = choices.below(4);
  const numbers = choices.times(count, (i) => (dense ? String(first + i) : sparse(choices, type)));
  const of = expression(scope, type, 2);
  return { of: dense ? `${of} % ${type}(${first + count + 1})` : of, values: grouped(choices, numbers) };
}

/** A literal without its type: whether two are the same number shows. */
function sparse(choices, type) {
  return literal(choices, type).slice(type.length + 1, -1);
}

function strings(scope) {
  const { choices } = scope;
  const words = ["", "a", "go", "größe", "0", "1", "-1", "abcdefgh", "abcdefgi", "zz"];
  return {
    of: expression(scope, "string", 2),
    values: grouped(
      choices,
      words.filter(() => choices.chance(60)).map((word) => JSON.stringify(word)),
    ),
  };
}

/** Distinct values, one to three in a case. */
function grouped(choices, values) {
  const distinct = [...new Set(values)];
  const groups = [];
  while (distinct.length) groups.push(distinct.splice(0, choices.between(1, 3)));
  return groups;
}

/** A switch on the dynamic type of a value. */
export function typeSwitch(scope, depth, block) {
  const { choices } = scope;
  const struct = () => choices.of(scope.program.structs).name;
  const int = () => choices.of(Object.keys(INTS));
  const value = choices.of([
    `interface{}(${expression(scope, int(), 1)})`,
    `interface{}(${expression(scope, "string", 1)})`,
    `interface{}(${struct()}{})`,
    `interface{}(&${struct()}{})`,
    `choose[interface{}](${expression(scope, "bool", 1)}, ${expression(scope, "int32", 1)}, ${expression(scope, "string", 1)})`,
    `sink[${choices.below(4)}]`,
  ]);
  const name = scope.fresh("t");
  const types = ["int", "int32", "string", "shape", "error", "nil", `*${struct()}`, struct(), "[]byte", int()];
  const chosen = [...new Set(types.filter(() => choices.chance(50)))];
  const lines = [`switch ${name} := ${value}.(type) {`];
  for (const type of chosen) {
    lines.push(`case ${type}:`, `_ = ${name}`);
    if (type === "shape") lines.push(`mix(uint64(${name}.area(d)))`);
    if (type === "string") lines.push(`mixString(${name})`);
    lines.push(...block(scope, depth, 2));
  }
  return [...lines, "default:", `_ = ${name}`, "}"];
}
