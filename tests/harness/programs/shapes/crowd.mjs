/**
 * Ten thousand goroutines that are alive together, each in one of many functions that wait in the middle of loops, switches and
 * selects: every one of them is entered again at each of its resume points, in no particular order.
 */
import { randomFrom } from "./random.mjs";

const GOROUTINES = 10_000;
const FUNCTIONS = 40;
const ROUNDS = 5;

/** What a function can wait for; each sends its number on and gets one back. */
const WAITS = {
  yield: (i) => `\t\truntime.Gosched()\n\t\tv += ${i}`,
  exchange: () => "\t\tout <- v\n\t\tv ^= <-in",
  lock: (i) => `\t\tmu.Lock()\n\t\tshared[${i}] += v\n\t\truntime.Gosched()\n\t\tmu.Unlock()`,
  select: () => "\t\tselect {\n\t\tcase out <- v:\n\t\t\tv ^= <-in\n\t\tcase <-never:\n\t\t\tpanic(v)\n\t\t}",
};

export function crowd() {
  const random = randomFrom(19);
  const kinds = Object.keys(WAITS);
  const functions = Array.from({ length: FUNCTIONS }, (_, i) => ({
    add: random(2 ** 20),
    waits: [...kinds.keys()].map(() => kinds[random(kinds.length)]).concat(i % 2 ? "exchange" : "lock"),
  }));
  const source = `// Command shape_crowd has ${GOROUTINES} goroutines wait for each other.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

var (
	mu     sync.Mutex
	shared [${FUNCTIONS}]uint32
	never  = make(chan bool)
	start  = make(chan bool)
)

// echo answers every number on in with another one, so that what a goroutine gets depends on nobody else.
func echo(in <-chan uint32, out chan<- uint32) {
	for v := range in {
		out <- v*2654435761 + 1
	}
	close(out)
}

${functions.map(functionSource).join("\n")}
var functions = []func(v uint32, out chan<- uint32, in <-chan uint32) uint32{
${functions.map((_, i) => `\twork${i},`).join("\n")}
}

func main() {
	results := make([]uint32, ${GOROUTINES})
	var all sync.WaitGroup
	for i := range results {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			out, in := make(chan uint32), make(chan uint32)
			go echo(out, in)
			defer close(out)
			<-start
			results[i] = functions[i%${FUNCTIONS}](uint32(i), out, in)
		}(i)
	}
	runtime.Gosched()
	close(start)
	all.Wait()
	sum := uint32(0)
	for _, v := range results {
		sum = sum*31 + v
	}
	fmt.Println(sum, shared)
}
`;
  return { name: "shape_crowd", source, stdout: walk(functions) };
}

function functionSource({ add, waits }, i) {
  const cases = waits.map((wait, at) => `\t\tcase ${at}:\n${WAITS[wait](i).replace(/^/gm, "\t")}`).join("\n");
  return `func work${i}(v uint32, out chan<- uint32, in <-chan uint32) uint32 {
	for round := 0; round < ${ROUNDS}; round++ {
		switch v % ${waits.length} {
${cases}
		}
		v = v*7 + ${add}
	}
	return v
}
`;
}

/** What the program prints. Goroutines only add to what they share, so their order does not matter. */
function walk(functions) {
  const shared = new Uint32Array(FUNCTIONS);
  let sum = 0;
  for (let i = 0; i < GOROUTINES; i++) {
    const at = i % FUNCTIONS;
    const { add, waits } = functions[at];
    let v = i;
    for (let round = 0; round < ROUNDS; round++) {
      const wait = waits[v % waits.length];
      if (wait === "yield") v = (v + at) >>> 0;
      else if (wait === "lock") shared[at] += v;
      else v = (v ^ (Math.imul(v, 2654435761) + 1)) >>> 0;
      v = (Math.imul(v, 7) + add) >>> 0;
    }
    sum = (Math.imul(sum, 31) + v) >>> 0;
  }
  return `${sum} [${shared.join(" ")}]\n`;
}
