/**
 * Functions of every kind. All take a depth `d` first, which falls with each call.
 */
import { expression, operand, place } from "./expressions.mjs";
import { mixed } from "./mixing.mjs";
import { Scope } from "./scope.mjs";
import { block, declare, statement } from "./statements.mjs";
import { INT_NAMES, SCALARS } from "./types.mjs";

/**
 * @typedef {object} Function
 * @property {string} source
 * @property {import("./scope.mjs").Callable} callable
 */

/** What most functions have in common: their signature, and a scope with the parameters in it. */
function begin(program, name, callable, { pure = false } = {}) {
  const { choices } = program;
  const params = [choices.of(INT_NAMES), ...choices.times(choices.below(4), () => choices.of(SCALARS))];
  const result = choices.of(SCALARS);
  const scope = new Scope(program, callable, pure);
  scope.add({ name: "d", shape: "value", type: "int", fixed: true });
  params.forEach((type, i) => {
    scope.add({ name: `a${i}`, shape: "value", type });
  });
  scope.add({ name: "r", shape: "value", type: result });
  const list = ["d int", ...params.map((type, i) => `a${i} ${type}`)].join(", ");
  return { scope, signature: `(${list}) (r ${result})`, self: { name, params, result } };
}

const enter = ["tick()", "if d <= 0 { return }"];

/** Keeps panics from ending most cases early. */
const RECOVER = "defer func() { if p := recover(); p != nil { mixString(describe(p)) } }()";

/** Statements of all kinds; a method where `receiver` names a struct. */
export function plain(program, name, callable, receiver) {
  const { choices } = program;
  const { scope, signature, self } = begin(program, name, callable);
  if (receiver) scope.add({ name: "s", shape: "pointer", type: receiver.name });
  else scope.recursive = self;
  const lines = [...enter, ...(choices.chance(40) ? [RECOVER] : [])];
  lines.push(...choices.times(choices.below(4), () => declare(scope)).flat());
  lines.push(...choices.times(choices.between(3, 8), () => statement(scope, 3)).flat());
  lines.push(`r = ${expression(scope, self.result, 3)}`, "return r");
  const noinline = choices.chance(20) ? "//go:noinline\n" : "";
  const of = receiver ? `(s *${receiver.name}) ` : "";
  const source = `${noinline}func ${of}${name}${signature} {\n${lines.join("\n")}\n}\n`;
  return { source, callable: receiver ? { ...self, method: receiver.name } : self };
}

/** A function that changes nothing but its own variables, for goroutines. */
export function pure(program, name, callable) {
  const { choices } = program;
  const { scope, signature, self } = begin(program, name, callable, { pure: true });
  const lines = ["if d <= 0 { return }", ...declare(scope)];
  lines.push(...choices.times(choices.between(2, 4), () => statement(scope, 2)).flat());
  lines.push(`r = ${expression(scope, self.result, 2)}`, "return r");
  return { source: `func ${name}${signature} {\n${lines.join("\n")}\n}\n`, callable: self };
}

/** Labels and conditional gotos between them: loops without a single head, with calls inside. */
export function maze(program, name, callable) {
  const { choices } = program;
  const { scope, signature, self } = begin(program, name, callable);
  const lines = [...enter, ...declare(scope), ...declare(scope)];
  const rooms = choices.between(3, 9);
  const used = new Set();
  const goTo = () => {
    const room = choices.below(rooms);
    used.add(room);
    return `goto R${room}`;
  };
  const bodies = choices.times(rooms, () => {
    // A block, because a goto must not jump over a declaration.
    const body = ["{", "tick()", ...block(scope, 1, 3), "}"];
    body.push(`if ${expression(scope, "bool", 2)} { ${goTo()} }`);
    if (choices.chance(40)) body.push(goTo());
    return body;
  });
  bodies.forEach((body, i) => {
    if (used.has(i)) lines.push(`R${i}:`);
    lines.push(...body);
  });
  lines.push(`r = ${expression(scope, self.result, 2)}`, "return r");
  return { source: `func ${name}${signature} {\n${lines.join("\n")}\n}\n`, callable: self };
}

/** Deferred calls, some in loops, that see and change the result, recover, and panic again. */
export function deferring(program, name, callable) {
  const { choices } = program;
  const { scope, signature, self } = begin(program, name, callable);
  const lines = [...enter, ...declare(scope)];
  for (let i = choices.between(1, 3); i > 0; i--) {
    lines.push(...deferred(scope, self.result));
    lines.push(...statement(scope, 2));
  }
  if (choices.chance(40)) {
    lines.push(`for i := 0; i < ${choices.between(1, 9)}; i++ {`, "i := i");
    lines.push(`defer func() { mix(uint64(i)); ${mixed({ name: "r", shape: "value", type: self.result })} }()`, "}");
  }
  lines.push(...block(scope, 2), `return ${expression(scope, self.result, 3)}`);
  return { source: `func ${name}${signature} {\n${lines.join("\n")}\n}\n`, callable: self };
}

function deferred(scope, result) {
  const { choices } = scope;
  const inside = scope.inner();
  const body = block(inside, 1, 2);
  const set = `r = ${operand(scope, result, 1)}`;
  return choices.of([
    () => ["defer func() {", ...body, set, "}()"],
    () => ["defer func() {", "if p := recover(); p != nil {", "mixString(describe(p))", ...body, set, "}", "}()"],
    () => ["defer func() {", "p := recover()", ...body, "if p != nil { panic(p) }", "}()"],
    () => [`defer mix(uint64(${expression(scope, "int", 2)}))`],
    () => [`if ${expression(scope, "bool", 1)} {`, "defer where()", "}"],
    () => ["defer attempt(func() {", ...body, "})"],
  ])();
}

/** Recursion with a frame that makes the stack grow. */
export function deep(program, name) {
  const { choices } = program;
  const words = choices.of([3, 40, 300]);
  const levels = choices.of([20, 150, 700]);
  const at = choices.below(words);
  const source = `//go:noinline
func ${name}(n int, p *int) int {
	var frame [${words}]int
	frame[n%${words}] = n + *p
	if n == 0 {
		where()
		return frame[${at}] + *p
	}
	own := frame[${at}]
	*p++
	below := ${name}(n-1, &own)
	if n%${choices.between(50, 90)} == 0 {
		runtime.GC()
	}
	return below + own + frame[n%${words}]
}
`;
  return { source, cases: [`mix(uint64(${name}(int(levels(${levels})), new(int))))`] };
}

/** A generic function, used with several types by `gmix` in expressions. */
export function generic(program) {
  const { choices } = program;
  const ops = ["+", "-", "*", "^", "|", "&", "&^"];
  const term = () => choices.of(["a", "b", "c", "a >> 1", "b << 2", "c / 3", "b % 7"]);
  const lines = choices.times(choices.between(2, 5), () => {
    const line = `${choices.of(["a", "b", "c"])} ${choices.of(ops)}= (${term()}) ${choices.of(ops)} (${term()})`;
    return choices.chance(40) ? `if ${choices.of(["a < b", "b != c", "c > a"])} { ${line} }` : line;
  });
  return `type integers interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~int | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uint | ~uintptr
}

func gmix[T integers](a, b T) T {
	c := pair[T]{a, b}.sum()
	${lines.join("\n")}
	return a ^ b + c
}

type pair[T integers] struct{ left, right T }

func (p pair[T]) sum() T { return p.left + p.right }
`;
}

/** A call of a function with arguments that its scope has. */
export function callWith(scope, { name, params }, depth) {
  const args = params.map((type) => place(scope, type) ?? operand(scope, type, 1));
  return `${name}(${[depth, ...args].join(", ")})`;
}
