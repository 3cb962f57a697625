/**
 * Functions with thousands of calls, straight on and under conditions, with many variables that live across all of them.
 */
import { randomFrom } from "./random.mjs";

const CALLS = 4000;
const VARIABLES = 40;

export function manyCalls() {
  const random = randomFrom(23);
  const steps = Array.from({ length: CALLS }, (_, i) => ({
    target: random(VARIABLES),
    left: random(VARIABLES),
    right: random(VARIABLES),
    constant: random(65536),
    guarded: i % 9 === 0,
  }));
  const variables = Array.from({ length: VARIABLES }, (_, i) => `v${i}`);
  const lines = steps.map(({ target, left, right, constant, guarded }) => {
    const call = `v${target} = f(v${left}, v${right}, ${constant})`;
    return guarded ? `\tif v${left}&1 == 1 {\n\t\t${call}\n\t}` : `\t${call}`;
  });
  const source = `// Command shape_many_calls has a function of ${CALLS} calls over ${VARIABLES} variables.
package main

import (
	"fmt"
	"runtime"
)

var made int

//go:noinline
func f(a, b, c uint32) uint32 {
	if made++; made%1000 == 0 {
		runtime.Gosched()
	}
	return a*2654435761 ^ b>>5 + c
}

func run(start uint32) (sum uint32) {
	${variables.join(", ")} := ${variables.map((_, i) => `start+${i}`).join(", ")}
${lines.join("\n")}
	for _, v := range []uint32{${variables.join(", ")}} {
		sum = sum*31 + v
	}
	return sum
}

// keepCompany gives Gosched another goroutine to go to. It ends: on js output waits for all goroutines to block.
func keepCompany() {
	for i := 0; i < 2000; i++ {
		runtime.Gosched()
	}
}

func main() {
	go keepCompany()
	for start := uint32(0); start < 20; start++ {
		fmt.Println(run(start))
	}
	fmt.Println(made)
}
`;
  let made = 0;
  const sums = Array.from({ length: 20 }, (_, start) => {
    const { sum, calls } = run(steps, start);
    made += calls;
    return sum;
  });
  return { name: "shape_many_calls", source, stdout: `${[...sums, made].join("\n")}\n` };
}

function run(steps, start) {
  const v = Array.from({ length: VARIABLES }, (_, i) => start + i);
  let calls = 0;
  for (const { target, left, right, constant, guarded } of steps) {
    if (guarded && (v[left] & 1) === 0) continue;
    calls++;
    // In Go + binds as tightly as ^, >> more tightly.
    v[target] = (((Math.imul(v[left], 2654435761) ^ (v[right] >>> 5)) >>> 0) + constant) >>> 0;
  }
  const sum = v.reduce((total, value) => (Math.imul(total, 31) + value) >>> 0, 0);
  return { sum, calls };
}
