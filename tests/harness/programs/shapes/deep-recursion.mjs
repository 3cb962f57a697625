/**
 * Dozens of functions that call one another thousands of levels deep, each with a frame of another size and a pointer to its
 * caller's frame, in goroutines whose stacks are copied while they grow and that give way to each other on the way.
 */
import { randomFrom } from "./random.mjs";

const FUNCTIONS = 48;
const DEPTHS = [4000, 3001, 1777, 900, 12, 1];

export function deepRecursion() {
  const random = randomFrom(31);
  const functions = Array.from({ length: FUNCTIONS }, (_, i) => ({
    words: 1 + random(24),
    add: random(2 ** 31),
    yields: i % 16 === 3,
    even: random(FUNCTIONS),
    odd: random(FUNCTIONS),
  }));
  const source = `// Command shape_deep_recursion recurses through ${FUNCTIONS} functions.
package main

import (
	"fmt"
	"runtime"
)

type frame struct {
	sum   uint32
	above *frame
}

${functions.map(functionSource).join("\n")}
func main() {
	depths := []int{${DEPTHS.join(", ")}}
	results := make([]uint32, len(depths))
	done := make(chan int)
	for i, depth := range depths {
		go func(i, depth int) {
			var top frame
			results[i] = level0(depth, uint32(i), &top) + top.sum
			done <- i
		}(i, depth)
	}
	for range depths {
		<-done
	}
	for i, depth := range depths {
		fmt.Println(depth, results[i])
	}
}
`;
  const stdout = DEPTHS.map((depth, i) => `${depth} ${descend(functions, depth, i)}\n`).join("");
  return { name: "shape_deep_recursion", source, stdout };
}

function functionSource({ words, add, yields, even, odd }, i) {
  return `func level${i}(n int, a uint32, above *frame) (b uint32) {
	if n == 0 {
		return a ^ above.sum
	}
	here := frame{a + ${add}, above}
	var kept [${words}]uint32
	for j := range kept {
		kept[j] = a*${i + 3} + uint32(j)
	}
${yields ? "\tif n%64 == 0 {\n\t\truntime.Gosched()\n\t}\n" : ""}	if a&16 == 0 {
		b = level${even}(n-1, a*31+${add % 1009}, &here)
	} else {
		b = level${odd}(n-1, a^kept[n%${words}], &here)
	}
	here.above.sum += b
	return b*5 ^ kept[n%${words}] + here.sum
}
`;
}

/** What the goroutine finds, without recursion: down the levels, then up again. */
function descend(functions, depth, start) {
  const frames = [{ sum: 0 }];
  let [a, i] = [start, 0];
  for (let n = depth; n > 0; n--) {
    const { words, add, even, odd } = functions[i];
    const kept = (Math.imul(a, i + 3) + (n % words)) >>> 0;
    frames.push({ sum: (a + add) >>> 0, kept });
    const isEven = (a & 16) === 0;
    a = isEven ? (Math.imul(a, 31) + (add % 1009)) >>> 0 : (a ^ kept) >>> 0;
    i = isEven ? even : odd;
  }
  let b = (a ^ frames[depth].sum) >>> 0;
  for (let level = depth; level > 0; level--) {
    const { kept, sum } = frames[level];
    frames[level - 1].sum = (frames[level - 1].sum + b) >>> 0;
    // In Go ^ and + bind alike, from the left.
    b = (((Math.imul(b, 5) ^ kept) >>> 0) + sum) >>> 0;
  }
  return (b + frames[0].sum) >>> 0;
}
