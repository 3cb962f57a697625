/**
 * Expressions of a given scalar type. None is a constant, because the compiler refuses constants that overflow; only right
 * operands may be literals.
 */
import { FLOATS, INT_NAMES, INTS, isFloat, isInt, literal } from "./types.mjs";

/**
 * @param {import("./scope.mjs").Scope} scope
 * @param {string} type a scalar
 * @param {number} depth how deep the expression may be
 * @returns {string}
 */
export function expression(scope, type, depth) {
  if (depth <= 0) return place(scope, type) ?? converted(scope, type);
  if (isInt(type)) return integer(scope, type, depth - 1);
  if (isFloat(type)) return float(scope, type, depth - 1);
  return type === "bool" ? boolean(scope, depth - 1) : string(scope, depth - 1);
}

/** An expression, or a literal now and then. */
export function operand(scope, type, depth) {
  return scope.choices.chance(25) ? literal(scope.choices, type) : expression(scope, type, depth);
}

/** An index that is mostly inside `length` elements, the text of a power of two or of an expression. */
export function index(scope, length, depth) {
  const of = expression(scope, scope.choices.of(INT_NAMES), depth);
  if (scope.choices.chance(1)) return `int(${of})`;
  return `int(uint(${of})%uint(${length}))`;
}

/** Something of this type that can be read and assigned to; undefined where nothing is in scope. */
export function place(scope, type, assigned = false) {
  const { choices } = scope;
  const places = [];
  for (const variable of scope.variables) {
    const { name, shape } = variable;
    if (assigned && variable.fixed) continue;
    if (shape === "value" && variable.type === type)
      places.push(
        () => name,
        () => name,
      );
    if (shape === "array" && variable.type === type) places.push(() => `${name}[${index(scope, variable.length, 0)}]`);
    if (shape === "struct" || shape === "pointer") places.push(...fields(scope, variable, type));
    if (shape === "slice" && variable.type === type) {
      places.push(() => `${name}[${index(scope, `len(${name})|1`, 0)}]`);
    }
    if (shape === "map" && variable.type === type) places.push(() => `${name}[int(${value(scope)})&7]`);
  }
  return places.length ? choices.of(places)() : undefined;
}

function fields(scope, { name, type: structName }, type) {
  const found = scope.struct(structName).fields.filter((field) => field.type === type);
  return found.map((field) => () => {
    const base = scope.choices.chance(1) ? `${name}.next` : name;
    return field.length ? `${base}.${field.name}[${index(scope, field.length, 0)}]` : `${base}.${field.name}`;
  });
}

/** A variable that holds an integer: every function has one. */
function value(scope) {
  const values = scope.variables.filter((v) => v.shape === "value" && isInt(v.type));
  return scope.choices.of(values).name;
}

/** From an integer variable to whatever is wanted. */
function converted(scope, type) {
  if (type === "bool") return `(${value(scope)}&1 == 0)`;
  if (type === "string") return `strconv.Itoa(int(${value(scope)}))`;
  return `${type}(${value(scope)})`;
}

function integer(scope, type, depth) {
  const { choices } = scope;
  const e = (of = type) => expression(scope, of, depth);
  const right = () => operand(scope, type, depth);
  const make = choices.weighted([
    [6, () => place(scope, type) ?? converted(scope, type)],
    [10, () => `(${e()} ${choices.of(["+", "-", "*", "&", "|", "^", "&^"])} ${right()})`],
    [3, () => `(${e()} ${choices.of(["/", "%"])} ${divisor(scope, type, depth)})`],
    [4, () => shift(scope, type, depth)],
    [2, () => `(${choices.of(["-", "^"])}${e()})`],
    [5, () => `${type}(${e(choices.of(INT_NAMES))})`],
    [2, () => `${type}(${e(choices.of(FLOATS))})`],
    [1, () => `${type}(len(${e("string")}))`],
    [2, () => bits(scope, type, depth)],
    [2, () => `choose(${e("bool")}, ${e()}, ${right()})`],
    [2, () => `gmix(${e()}, ${e()})`],
    [4, () => call(scope, type, depth) ?? e()],
  ]);
  return make();
}

/** What to divide by: not 0, mostly. */
function divisor(scope, type, depth) {
  const { choices } = scope;
  if (choices.chance(40)) return literal(choices, type, true);
  const of = expression(scope, type, depth);
  return choices.chance(2) ? of : `(${of} | 1)`;
}

function shift(scope, type, depth) {
  const { choices } = scope;
  const op = choices.of(["<<", ">>"]);
  const of = expression(scope, type, depth);
  const by = choices.weighted([
    [4, () => String(choices.below(INTS[type] + 2))],
    [4, () => `(${expression(scope, choices.of(INT_NAMES), depth)} & ${INTS[type] - 1})`],
    [2, () => expression(scope, "uint8", depth)],
    [1, () => `uint(${expression(scope, "uint32", depth)})`],
    // A negative count panics.
    [choices.chance(10) ? 1 : 0, () => expression(scope, "int8", depth)],
  ]);
  return `(${of} ${op} ${by()})`;
}

function bits(scope, type, depth) {
  const { choices } = scope;
  const wide = `uint64(${expression(scope, type, depth)})`;
  return choices.of([
    () => `${type}(bits.TrailingZeros64(${wide}))`,
    () => `${type}(bits.Len64(${wide}))`,
    () => `${type}(bits.OnesCount32(uint32(${wide})))`,
    () => `${type}(bits.RotateLeft64(${wide}, ${choices.below(70)}))`,
    () => `${type}(bits.ReverseBytes64(${wide}))`,
    () => `${type}(high(${wide}, ${expression(scope, "uint64", depth)}))`,
  ])();
}

function float(scope, type, depth) {
  const { choices } = scope;
  const e = (of = type) => expression(scope, of, depth);
  const wide = type === "float64" ? (text) => text : (text) => `float32(${text})`;
  const make = choices.weighted([
    [5, () => place(scope, type) ?? converted(scope, type)],
    [8, () => `(${e()} ${choices.of(["+", "-", "*", "/"])} ${operand(scope, type, depth)})`],
    [3, () => `${type}(${e(choices.of(INT_NAMES))})`],
    [1, () => `${type}(${e(choices.of(FLOATS))})`],
    [1, () => `(-${e()})`],
    [2, () => wide(`math.${choices.of(["Sqrt", "Floor", "Trunc", "Ceil", "Abs", "RoundToEven"])}(float64(${e()}))`)],
    [1, () => wide(`math.Copysign(float64(${e()}), float64(${e()}))`)],
    [2, () => call(scope, type, depth) ?? e()],
  ]);
  return make();
}

function boolean(scope, depth) {
  const { choices } = scope;
  const e = (of) => expression(scope, of, depth);
  const compared = choices.of(["int32", "int64", "uint8", "uint32", "uint64", "float64", "float32", "string"]);
  const struct = choices.of(scope.program.structs).name;
  const pairs = scope.having("struct", struct);
  const make = choices.weighted([
    [2, () => place(scope, "bool") ?? converted(scope, "bool")],
    [9, () => `(${e(compared)} ${choices.of(["==", "!=", "<", "<=", ">", ">="])} ${operand(scope, compared, depth)})`],
    [4, () => `(${e("bool")} ${choices.of(["&&", "||"])} ${e("bool")})`],
    [1, () => `(!${e("bool")})`],
    [pairs.length, () => `(${choices.of(pairs).name} == ${choices.of(pairs).name})`],
    [1, () => call(scope, "bool", depth) ?? e("bool")],
  ]);
  return make();
}

function string(scope, depth) {
  const { choices } = scope;
  const e = (of) => expression(scope, of, depth);
  const make = choices.weighted([
    [4, () => place(scope, "string") ?? converted(scope, "string")],
    [4, () => `clip(${e("string")} + ${operand(scope, "string", depth)})`],
    [1, () => `strconv.FormatInt(int64(${e("int32")}), ${choices.between(2, 36)})`],
    [1, () => `string(rune(${e("uint16")}))`],
    [1, () => `string(append([]byte(${e("string")}), ${e("uint8")}))`],
    [1, () => `after(${e("string")}, ${choices.chance(10) ? `int(${e("int8")})` : `int(${e("uint8")}&3)`})`],
    [2, () => call(scope, "string", depth) ?? e("string")],
  ]);
  return make();
}

/** A call of a function with this result, in one of the ways that Go has; undefined where there is none. */
export function call(scope, type, depth) {
  const { choices } = scope;
  const candidates = scope.callable.filter(({ result }) => result === type);
  if (candidates.length === 0) return undefined;
  const { name, params, method } = choices.of(candidates);
  const args = ["d-1", ...params.map((param) => operand(scope, param, Math.min(depth, 1)))].join(", ");
  if (!method) return `${name}(${args})`;
  const receiver = choices.of([...scope.having("struct", method), ...scope.having("pointer", method)]);
  if (!receiver) return `(&${method}{}).${name}(${args})`;
  return choices.of([
    () => `${receiver.name}.${name}(${args})`,
    () => `(*${method}).${name}(${receiver.shape === "struct" ? "&" : ""}${receiver.name}, ${args})`,
  ])();
}
