/**
 * A whole program for a seed.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Choices } from "./choices.mjs";
import { concurrent } from "./concurrency.mjs";
import { callWith, deep, deferring, generic, maze, plain, pure } from "./functions.mjs";
import { mixedValue, mixMethod } from "./mixing.mjs";
import { overflow, recursion } from "./recursion.mjs";
import { Scope } from "./scope.mjs";
import { structSource, structs } from "./types.mjs";

const SUPPORT = join(dirname(dirname(fileURLToPath(import.meta.url))), "support");

/** How many functions of each kind. */
const COUNTS = { pure: 6, plain: 26, maze: 4, deferring: 6, deep: 2, recursion: 4, concurrent: 4 };
/** How deep calls may go. */
const DEPTH = 5;

/**
 * @param {number} seed from 1
 * @returns {Record<string, string>} sources by file name, the same for a seed on every run; Go 1.18 compiles them
 */
export function generate(seed) {
  const choices = new Choices(seed);
  const program = { choices, structs: structs(choices) };
  const pureFunctions = many(COUNTS.pure, "p", (name, above) => pure(program, name, above));
  const callable = [];
  const functions = ordered(choices).map((kind, i) => {
    const made = kind(program, `f${i}`, [...callable]);
    callable.push(made.callable);
    return made;
  });
  const methods = program.structs.flatMap((struct, i) => shapeMethods(program, struct, callable[i]));
  const deeps = choices.times(COUNTS.deep, (i) => deep(program, `deep${i}`));
  const recursions = choices.times(COUNTS.recursion, (i) => recursion(program, `rec${i}`));
  const pures = pureFunctions.map((made) => made.callable);
  const meetings = choices.times(COUNTS.concurrent, () => concurrent(program, pures));

  const cases = [
    ...functions.flatMap(({ callable: one }) => callCases(program, one)),
    ...[...deeps, ...recursions].flatMap((one) => one.cases),
    ...meetings,
    ...shapeCases(program),
  ];
  const end = ending(program);
  const source = [
    HEAD(seed),
    ...program.structs.flatMap((struct) => [structSource(struct), mixMethod(struct)]),
    generic(program),
    ...[...pureFunctions, ...functions, ...deeps, ...recursions, end].map((made) => made.source),
    ...methods,
    main(cases, end.last),
  ];
  const support = ["support.go", "move_wasm.s"].map((name) => [name, readFileSync(join(SUPPORT, name), "utf8")]);
  return { "main.go": source.join("\n"), ...Object.fromEntries(support) };
}

const HEAD = (seed) => `// Command seed${seed} is generated.
package main

import (
	"fmt"
	"math"
	"math/bits"
	"os"
	"runtime"
	"strconv"
)

var _ = fmt.Sprint
var _ = math.Abs
var _ = strconv.Itoa

type shape interface {
	area(d int) int64
	name() string
}

func high(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// after panics where from lies outside s.
func after(s string, from int) string { return s[from:] }
`;

/** Each of these functions may call those before it. */
function many(count, prefix, make) {
  const made = [];
  for (let i = 0; i < count; i++) {
    made.push(
      make(
        `${prefix}${i}`,
        made.map((one) => one.callable),
      ),
    );
  }
  return made;
}

/** The kinds of functions in random order. */
function ordered(choices) {
  const kinds = [
    ...Array(COUNTS.plain).fill(plain),
    ...Array(COUNTS.maze).fill(maze),
    ...Array(COUNTS.deferring).fill(deferring),
    ...Array(3).fill((program, name, callable) => plain(program, name, callable, choices.of(program.structs))),
  ];
  for (let i = kinds.length - 1; i > 0; i--) {
    const j = choices.below(i + 1);
    [kinds[i], kinds[j]] = [kinds[j], kinds[i]];
  }
  return kinds;
}

/** Every other struct is a shape by value, the rest by pointer. */
function shapeMethods(program, struct, { method, ...function_ }) {
  const receiver = program.choices.of([`s ${struct.name}`, `s *${struct.name}`]);
  const scope = new Scope(program, [], false);
  scope.add({ name: "d", shape: "value", type: "int" });
  const call = method ? `(&${method}{}).${callWith(scope, function_, "d-1")}` : callWith(scope, function_, "d-1");
  const body = `${mixedValue(call, function_.result)}; s.mix(1); return int64(steps)`;
  return [
    `func (${receiver}) area(d int) int64 { ${body} }`,
    `func (${receiver}) name() string { return "${struct.name}" }`,
  ];
}

/** A function called several times, with other arguments each time. */
function callCases(program, { method, ...function_ }) {
  const scope = new Scope(program, [], false);
  scope.add({ name: "n", shape: "value", type: "int" });
  const call = callWith(scope, function_, String(DEPTH));
  const on = method ? `(&${method}{}).` : "";
  return [`for n := 0; n < 4; n++ { steps = 0; attempt(func() { ${mixedValue(on + call, function_.result)} }) }`];
}

/** Interface calls, method values and method expressions. */
function shapeCases({ choices, structs: all }) {
  const pointers = all.map(({ name }) => `&${name}{}`).join(", ");
  const { name } = choices.of(all);
  return [
    `for _, s := range []shape{${pointers}} { mixString(s.name()); mix(uint64(s.area(3))) }`,
    `area := (&${name}{next: &${name}{}}).area; mix(uint64(area(3))); mix(uint64(area(2)))`,
    `f := (*${name}).area; mix(uint64(f(new(${name}), 3)))`,
    `var root *node; for i := int64(0); i < 300; i++ { root = root.insert(i * 7919 % 1000); if i%100 == 0 { runtime.GC() } }; root.walk(func(n *node) { mix(uint64(n.key)); mixString(n.name) })`,
  ];
}

/**
 * How the program ends: by itself, with an exit code, by a panic with its traceback on stderr, by the end of its stack.
 *
 * @returns {{source: string, last: string}} what it needs, and its last statement
 */
function ending(program) {
  const { choices } = program;
  if (choices.chance(15)) return overflow(program, "endless");
  const last = choices.weighted([
    [6, ""],
    [1, "os.Exit(3 + zero)"],
    [1, 'panic(fmt.Sprint("the end ", state))'],
    [1, `steps = 0; mix(uint64((&S0{}).next.area(${DEPTH})))`],
    [1, "var list []int; mix(uint64(list[zero]))"],
    [1, "block := make(chan int); <-block"],
  ]);
  return { source: "", last };
}

function main(cases, last) {
  const lines = cases.map((one, i) => `run("case${i}", func() { ${one} })`);
  return `func main() {
	if share < 100 {
		widen(8)
	}
	sink = []interface{}{one, "text", &S0{}, nil}
	${lines.join("\n\t")}
	fmt.Println("end", len(os.Args))
	${last}
}
`;
}
