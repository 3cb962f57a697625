/**
 * Statements: what a function's body is made of.
 */
import { call, expression, index, operand, place } from "./expressions.mjs";
import { mixed } from "./mixing.mjs";
import { switchStatement, typeSwitch } from "./switches.mjs";
import { FLOATS, INT_NAMES, isFloat, isInt, literal, SCALARS } from "./types.mjs";

/**
 * A list of statements in a scope of its own, one line each.
 *
 * @param {import("./scope.mjs").Scope} outer
 * @param {number} depth how deep statements may nest
 * @param {number} [most] statements at most
 * @returns {string[]}
 */
export function block(outer, depth, most = 4) {
  const scope = outer.inner();
  const lines = scope.choices.times(scope.choices.between(1, most), () => statement(scope, depth)).flat();
  const declared = scope.variables.slice(outer.variables.length);
  for (const variable of declared) {
    if (!scope.pure && scope.choices.chance(50)) lines.push(mixed(variable));
  }
  return lines;
}

/** @returns {string[]} its lines */
export function statement(scope, depth) {
  const { choices, pure } = scope;
  const impure = (weight) => (pure ? 0 : weight);
  const nested = (weight) => (depth > 0 ? weight : 0);
  const make = choices.weighted([
    [5, () => declare(scope)],
    [9, () => [assignment(scope)]],
    [nested(6), () => condition(scope, depth - 1)],
    [nested(6), () => loop(scope, depth - 1)],
    [nested(4), () => switchStatement(scope, depth - 1, block)],
    [nested(pure ? 0 : 2), () => typeSwitch(scope, depth - 1, block)],
    [nested(1), () => ["{", ...block(scope, depth - 1), "}"]],
    [nested(impure(2)), () => attempted(scope, depth - 1)],
    [nested(2), () => closure(scope, depth - 1)],
    [impure(3), () => [mixed(choices.of(scope.variables))]],
    [3, () => copies(scope)],
    [impure(2), () => [call(scope, choices.of(SCALARS), 1) ?? "tick()"]],
    [impure(1), () => ["where()"]],
    [2, () => grown(scope)],
    [1, () => [panicking(scope)]],
    [choices.chance(15) ? 1 : 0, () => ["runtime.GC()"]],
    [impure(1), () => ["runtime.Gosched()"]],
    [nested(scope.loops.length), () => [leaveLoop(scope)]],
    [recursion(scope) ? 1 : 0, () => [recursion(scope)]],
  ]);
  return make();
}

/** A new variable of any shape. */
export function declare(scope) {
  const { choices } = scope;
  const name = scope.fresh();
  const type = choices.of(SCALARS);
  const struct = choices.of(scope.program.structs).name;
  const length = choices.of([1, 2, 4, 8, 16, 64]);
  const made = choices.weighted([
    [8, () => [{ shape: "value", type }, `var ${name} ${type} = ${operand(scope, type, 2)}`]],
    [2, () => [{ shape: "struct", type: struct }, `${name} := ${structValue(scope, struct)}`]],
    [1, () => [{ shape: "pointer", type: struct }, `${name} := &${structValue(scope, struct)}`]],
    [1, () => [{ shape: "pointer", type: struct }, `var ${name} *${struct}`, pointed(scope, name, struct)]],
    [2, () => [{ shape: "array", type, length }, `var ${name} [${length}]${type}`]],
    [2, () => [{ shape: "slice", type }, `${name} := []${type}{${list(scope, type).join(", ")}}`]],
    [1, () => [{ shape: "slice", type }, `${name} := make([]${type}, ${length}, ${2 * length})`]],
    [1, () => [{ shape: "map", type }, `${name} := map[int]${type}{${pairs(scope, type).join(", ")}}`]],
  ])();
  const [variable, ...lines] = made;
  scope.add({ name, ...variable });
  return [...lines, `_ = ${name}`];
}

/** Sets a nil pointer, mostly. */
function pointed(scope, name, struct) {
  const condition = scope.choices.chance(95) ? "one == 1" : expression(scope, "bool", 1);
  return `if ${condition} { ${name} = new(${struct}) }`;
}

function structValue(scope, name) {
  const fields = scope.struct(name).fields.filter(({ length }) => !length && scope.choices.chance(60));
  const values = fields.map((field) => `${field.name}: ${operand(scope, field.type, 1)}`);
  if (scope.choices.chance(30)) values.push(`next: &${name}{}`);
  return `${name}{${values.join(", ")}}`;
}

function list(scope, type) {
  return scope.choices.times(scope.choices.between(1, 5), () => operand(scope, type, 1));
}

function pairs(scope, type) {
  return scope.choices.times(scope.choices.below(5), (i) => `${i}: ${operand(scope, type, 1)}`);
}

function assignment(scope) {
  const { choices } = scope;
  const type = choices.of(SCALARS);
  const to = place(scope, type, true);
  if (!to) return `_ = ${expression(scope, type, 2)}`;
  const ops = isInt(type) ? ["+", "-", "*", "&", "|", "^", "&^"] : isFloat(type) ? ["+", "-", "*"] : [];
  if (ops.length && choices.chance(40)) return `${to} ${choices.of(ops)}= ${operand(scope, type, 2)}`;
  if (isInt(type) && choices.chance(20)) return `${to}${choices.of(["++", "--"])}`;
  const other = place(scope, type, true);
  if (choices.chance(15)) return `${to}, ${other} = ${operand(scope, type, 1)}, ${to}`;
  return `${to} = ${operand(scope, type, 3)}`;
}

function condition(scope, depth) {
  const lines = [`if ${expression(scope, "bool", 3)} {`, ...block(scope, depth)];
  if (scope.choices.chance(30)) lines.push(`} else if ${expression(scope, "bool", 2)} {`, ...block(scope, depth));
  if (scope.choices.chance(50)) lines.push("} else {", ...block(scope, depth));
  return [...lines, "}"];
}

/** A loop that ends, labelled if something inside leaves or repeats it by name. */
function loop(outer, depth) {
  const scope = outer.inner();
  const label = scope.fresh("L");
  const frame = { label, used: false };
  const head = loopHead(scope);
  scope.loops = [...scope.loops, frame];
  const tick = scope.pure ? [] : ["tick()"];
  const body = block(scope, depth, scope.pure ? 3 : 5);
  const lines = [head, ...tick, ...body, "}"];
  return frame.used ? [`${label}:`, ...lines] : lines;
}

function loopHead(scope) {
  const { choices } = scope;
  const name = scope.fresh("i");
  const counter = (type) => scope.add({ name, shape: "value", type, fixed: true });
  const rounds = scope.pure ? choices.between(1, 4) : choices.between(1, 12);
  const strings = scope.having("value", "string");
  const slices = scope.pure ? [] : [...scope.having("slice"), ...scope.having("array")];
  const of = (variables, type) => {
    const over = choices.of(variables);
    counter(type);
    const element = scope.fresh("e");
    scope.add({
      name: element,
      shape: "value",
      type: over.type === "string" && type === "int" && over.shape === "value" ? "int32" : over.type,
    });
    return `for ${name}, ${element} := range ${over.name} { _, _ = ${name}, ${element}`;
  };
  const make = choices.weighted([
    [
      4,
      () => {
        const type = choices.of(INT_NAMES);
        counter(type);
        return `for ${name} := ${type}(0); ${name} < ${rounds}; ${name}++ {`;
      },
    ],
    [
      2,
      () => {
        const bound = `int(${expression(scope, choices.of(INT_NAMES), 1)}&${scope.pure ? 3 : 15})`;
        counter("int");
        return `for ${name} := ${bound}; ${name} > 0; ${name} -= ${choices.between(1, 3)} {`;
      },
    ],
    [
      2,
      () => {
        const condition = expression(scope, "bool", 2);
        counter("int");
        return `for ${name} := 0; ${name} < ${rounds} && ${condition}; ${name}++ {`;
      },
    ],
    [strings.length ? 1 : 0, () => of(strings, "int")],
    [slices.length ? 2 : 0, () => of(slices, "int")],
  ]);
  return make();
}

function leaveLoop(scope) {
  const { choices } = scope;
  const frame = choices.of(scope.loops);
  frame.used = true;
  return `if ${expression(scope, "bool", 2)} { ${choices.of(["break", "continue"])} ${frame.label} }`;
}

/** Code whose panic ends there. */
function attempted(scope, depth) {
  const inside = scope.inner();
  inside.loops = [];
  return ["attempt(func() {", ...block(inside, depth), "})"];
}

/** A function value that captures variables, called more than once. */
function closure(scope, depth) {
  const { choices } = scope;
  const name = scope.fresh("c");
  const type = choices.of(INT_NAMES);
  const inside = scope.inner();
  inside.loops = [];
  const parameter = inside.add({ name: inside.fresh("p"), shape: "value", type });
  const lines = [`${name} := func(${parameter.name} ${type}) ${type} {`, ...block(inside, depth, 3)];
  lines.push(`return ${expression(inside, type, 2)}`, "}");
  const to = place(scope, type, true);
  const once = `${name}(${operand(scope, type, 1)})`;
  lines.push(to ? `${to} = ${once}` : `_ = ${once}`);
  if (choices.chance(50)) lines.push(`_ = ${name}(${expression(scope, type, 1)})`);
  return lines;
}

/** Whole values: cleared, copied, replaced. */
function copies(scope) {
  const { choices } = scope;
  const structs = scope.having("struct");
  const pointers = scope.having("pointer");
  const arrays = scope.having("array");
  const slices = scope.having("slice");
  const same = (variables, { type }) => choices.of(variables.filter((v) => v.type === type));
  const options = [];
  for (const s of structs) {
    options.push(
      `${s.name} = ${same(structs, s).name}`,
      `${s.name} = ${s.type}{}`,
      `${s.name}.next = &${structValue(scope, s.type)}`,
    );
  }
  for (const p of pointers) {
    options.push(`*${p.name} = ${structValue(scope, p.type)}`, `${p.name}.next = ${p.name}`);
    if (choices.chance(20)) options.push(`${p.name} = ${p.name}.next`);
  }
  for (const a of arrays) options.push(`${a.name} = [${a.length}]${a.type}{}`);
  for (const s of slices) {
    options.push(
      `copy(${s.name}, ${same(slices, s).name})`,
      `${s.name} = ${s.name}[${index(scope, `len(${s.name})+1`, 1)}:]`,
    );
  }
  return [options.length ? choices.of(options) : assignment(scope)];
}

/** Appends and deletes. */
function grown(scope) {
  const { choices } = scope;
  const slices = scope.having("slice");
  const maps = scope.having("map");
  if (maps.length && choices.chance(40)) return [`delete(${choices.of(maps).name}, ${expression(scope, "int", 1)}&7)`];
  if (slices.length === 0) return [assignment(scope)];
  const { name, type } = choices.of(slices);
  const more = list(scope, type).join(", ");
  // In a loop a slice would grow without end.
  return [`if len(${name}) < 60 { ${name} = append(${name}, ${more}) }`];
}

/** What panics in one case of many. */
function panicking(scope) {
  const { choices } = scope;
  const rare = `if ${expression(scope, "uint8", 2)}%${choices.of([7, 31, 97])} == 3`;
  const how = choices.of([
    `panic(${literal(choices, choices.of(["string", "int", ...FLOATS]))})`,
    `panic(fmt.Errorf("e%d", int(${expression(scope, "int16", 1)})))`,
    `_ = interface{}(${expression(scope, "int32", 1)}).(string)`,
    `_ = interface{}(${expression(scope, "int32", 1)}).(shape)`,
    `_ = (*[4]int)(make([]int, ${index(scope, "8", 1)}))`,
    `_ = make([]int8, int(${expression(scope, "int16", 1)}))`,
    'var m map[string]int; m[""] = one',
    "var s shape; _ = s.area(d)",
  ]);
  return `${rare} { ${how} }`;
}

/** A call of the function itself. */
function recursion(scope) {
  const self = scope.recursive;
  if (!self) return undefined;
  const args = self.params.map((type) => place(scope, type) ?? literal(scope.choices, type));
  return `if d > 0 { _ = ${self.name}(${["d-1", ...args].join(", ")}) }`;
}
