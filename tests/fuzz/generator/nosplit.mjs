/**
 * Programs that measure how near to the end of their stacks they come.
 *
 * A course is a few functions that call one another, some without a stack check (`go:nosplit`), some that never return, with
 * frames of all sizes. It is called at every distance from the end of a stack. Functions with a check leave 800 bytes to those
 * without (`internal/abi/stack.go`, StackNosplitBase). Go's linker, which should see to it that these need no more, does not on
 * wasm: it compares byte offsets of relocations with numbers of PCs (`cmd/link/internal/ld/stackcheck.go`). So the generator
 * keeps to it. A program that goes over the end of a stack all the same as Go built it says nothing about the optimizer.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Choices } from "./choices.mjs";

const SUPPORT = join(dirname(dirname(fileURLToPath(import.meta.url))), "support");

/** What functions without a check may use of the stack, less the return PCs of a last call and of its call of morestack. */
const ROOM = 800 - 16;
/** What a frame takes beside its array, at most: a call's arguments, spilled values; and for a deferred call its record. */
const FRAME_BYTES = 24;
const DEFER_BYTES = 240;
const RETURN_PC_BYTES = 8;

/**
 * Arrays of functions with a check: mostly small, for the optimizer lets only small frames do without. Above 128 bytes of frame the
 * check itself is another one.
 */
const CHECKED_BYTES = [0, 8, 40, 56, 64, 64, 72, 72, 80, 80, 104, 112, 136, 200, 700, 3000];

/** Few: where one long chain is seen that ends in a call through the table, checks stay that another chain needs. */
const COURSES = [1, 1, 1, 2];

/** How a function calls the next. */
const WAYS = {
  direct: ({ name }) => `${name}()`,
  // As a func value, a method would have a wrapper in between.
  indirect: ({ at, method }) => (method ? `steps[${at} + zero].step()` : `values[${at} + zero]()`),
  defer: (next) => `defer ${WAYS.direct(next)}`,
  deferIndirect: (next) => `defer ${WAYS.indirect(next)}`,
};

/**
 * What courses are like: circles of functions that mostly have a check, functions without one down to a small one that has, and
 * all the rest. `unchecked` and `circles` are in percent; a `target` is a last function that has a check; `ways` are those of a call
 * of a function without a check and of one with.
 */
const SHAPES = [
  {
    lengths: [1, 1, 2, 3],
    unchecked: 15,
    circles: 100,
    ways: [["direct"], ["direct", "direct", "direct", "indirect"]],
  },
  {
    lengths: [3, 3, 4],
    unchecked: 100,
    target: true,
    circles: 0,
    ways: [["direct", "direct", "direct", "indirect"], ["indirect"]],
  },
  { lengths: [1, 2, 3, 4, 6], unchecked: 60, circles: 40, ways: [Object.keys(WAYS), Object.keys(WAYS)] },
];

/** How a course ends; what a function does that never returns from a call. */
const LEAVES = ["panic(left)", "panic(left)", "runtime.Goexit()"];

/**
 * @param {number} seed from 1
 * @returns {Record<string, string>} sources by file name, the same for a seed on every run; Go 1.18 compiles them
 */
export function generateNosplit(seed) {
  const choices = new Choices(seed);
  const all = choices.times(choices.of(COURSES), (i) => course(choices, `c${i}`));
  const functions = all.flatMap((one) => one.functions);
  functions.forEach((one, at) => {
    one.at = at;
  });
  const list = (what) => functions.map(what).filter(Boolean).join("\n");
  const source = `// Command seed${seed} is generated.
package main

import "runtime"

var _ = runtime.Goexit

type stepper interface{ step() }

var values [${functions.length}]func()
var steps [${functions.length}]stepper

// Here, because a variable that names a function which uses it would be initialized in a circle.
func init() {
${list(({ at, name, method }) => `\t${method ? `steps[${at}] = new(${method})` : `values[${at}] = ${name}`}`)}
}

${all.map(courseSource).join("\n")}
func main() {
${all.map(({ name, calls }) => `\trun("${name}", ${calls}, ${name})`).join("\n")}
}
`;
  const support = ["nosplit.go", "room_wasm.s"].map((name) => [name, readFileSync(join(SUPPORT, name), "utf8")]);
  return { "main.go": source, ...Object.fromEntries(support) };
}

/** Functions that each call the next; the last may call one of those before it, `calls` times in all. */
function course(choices, name) {
  const shape = choices.of(SHAPES);
  const length = choices.of(shape.lengths);
  const leaving = choices.of([0, 60, 90]);
  const wanted = choices.times(length, (i) => choices.chance(shape.unchecked) && !(shape.target && i === length - 1));
  const functions = [];
  let used = 0;
  for (let i = 0; i < length; i++) {
    const way = choices.of(shape.ways[wanted[i + 1] ? 0 : 1]);
    const beside = RETURN_PC_BYTES + (way.startsWith("defer") ? DEFER_BYTES : FRAME_BYTES);
    const free = ROOM - used - beside;
    const unchecked = wanted[i] && free >= 0;
    // The next one without a check needs some, too.
    const most = wanted[i + 1] ? Math.max(0, free - RETURN_PC_BYTES - FRAME_BYTES) : free;
    const bytes = unchecked ? uncheckedBytes(choices, most) : choices.of(CHECKED_BYTES);
    used = unchecked ? used + beside + bytes : 0;
    const method = choices.chance(30) && `T${name}f${i}`;
    const leave = choices.chance(leaving) ? choices.of(LEAVES) : "";
    functions.push({
      name: method ? `(*${method})(nil).step` : `${name}f${i}`,
      method,
      way,
      unchecked,
      bytes,
      leave,
    });
  }
  // What calls on without a check on the way would need more with each round.
  const heads = functions.filter((one) => !one.unchecked);
  const back = heads.length && choices.chance(shape.circles) ? choices.of([...heads, heads.at(-1)]) : undefined;
  // The frame from which the course is called: up to 128 bytes of it (StackSmall) may lie below the guard.
  const near = choices.of([96, 104, 112, 112]);
  return { name, functions, back, near, calls: choices.of([3, 30, 200]), head: choices.of(["direct", "indirect"]) };
}

/** Most of the frames leave little to those that come after. */
function uncheckedBytes(choices, free) {
  return choices.chance(70) ? Math.max(0, free - 8 * choices.below(5)) : choices.below(free + 1);
}

function courseSource({ name, functions, back, near, head }) {
  const parts = functions.map((one, i) =>
    functionSource(one, functions[i + 1] ?? back, functions[i + 1] === undefined),
  );
  const call = WAYS[head](functions[0]);
  return `${parts.join("\n")}
func ${name}(shift, rounds, _, _ int) {
	if shift == 0 {
		${name}down(rounds)
	} else {
		${name}(shift-1, rounds, 0, 0)
	}
	sink++
}

func ${name}down(rounds int) {
	var x [${near}]byte
	x[rounds&63]++
	if rounds == 0 {
		${call}
	} else {
		${name}down(rounds - 1)
	}
	sink += x[zero&63]
}
`;
}

function functionSource({ name, method, way, unchecked, bytes, leave }, next, last) {
  // The compiler knows that the index is inside: no call of panicIndex.
  const mask = bytes ? 2 ** Math.floor(Math.log2(bytes)) - 1 : 0;
  const lines = [
    ...(bytes ? [`var x [${bytes}]byte`, `x[left&${mask}]++`] : []),
    "if r := room(); r < nearest { nearest = r }",
    ...(last && next ? ["left--", `if left <= 0 { ${leave || "return"} }`] : []),
    ...(next ? [WAYS[way](next)] : []),
    ...(bytes ? [`sink += x[zero&${mask}]`] : []),
    leave,
  ];
  const declared = method ? `type ${method} struct{}\n\n` : "";
  const signature = method ? `(*${method}) step` : name;
  const nosplit = unchecked ? "//go:nosplit\n" : "";
  return `${declared}${nosplit}//go:noinline\nfunc ${signature}() {\n\t${lines.filter(Boolean).join("\n\t")}\n}\n`;
}
