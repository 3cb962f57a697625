/**
 * Functions that are nothing but labels and conditional gotos between them, chosen at random: irreducible control flow, in
 * which no loop has a single head. Some rooms call a function that yields to other goroutines, so that the maze is also
 * entered in its middle.
 *
 * `steps <= 0`, not `== 0`: Go 1.21 and 1.22 take the latter for impossible in some of these mazes and never leave them, on
 * every architecture.
 */
import { randomFrom } from "./random.mjs";

const MAZES = 12;
const STEPS = 3000;

export function gotoMaze() {
  const random = randomFrom(5);
  const mazes = Array.from({ length: MAZES }, (_, i) => plan(random, 6 + i * 12));
  const source = `// Command shape_goto_maze walks mazes of gotos.
package main

import (
	"fmt"
	"runtime"
)

//go:noinline
func mix(a, b uint32) uint32 {
	if a%16 == 0 {
		runtime.Gosched()
	}
	return a*31 ^ b>>3
}

${mazes.map(mazeSource).join("\n")}
// keepCompany gives Gosched another goroutine to go to. It ends: on js output waits for all goroutines to block.
func keepCompany() {
	for i := 0; i < 2000; i++ {
		runtime.Gosched()
	}
}

func main() {
	go keepCompany()
${mazes.map((_, i) => `\tfmt.Println(maze${i}(${STEPS}))`).join("\n")}
}
`;
  const stdout = mazes.map((maze) => `${walk(maze)}\n`).join("");
  return { name: "shape_goto_maze", source, stdout };
}

/** Rooms, each with what it does to the state and where it leads. */
function plan(random, count) {
  return Array.from({ length: count }, () => ({
    calls: random(4) === 0,
    add: random(2 ** 31),
    rotate: 1 + random(30),
    bit: random(32),
    yes: random(count),
    no: random(count),
  }));
}

function mazeSource(maze, index) {
  const rooms = maze.map(({ calls, add, rotate, bit, yes, no }, i) => {
    const change = calls ? `a = mix(a, b) + ${add}` : `a += ${add} ^ b<<${rotate % 7}`;
    return `room${i}:
	if steps--; steps <= 0 {
		goto out
	}
	${change}
	b = b<<${rotate} | b>>${32 - rotate}
	b ^= a
	if b>>${bit}&1 == 1 {
		goto room${yes}
	}
	goto room${no}`;
  });
  const used = new Set(maze.flatMap(({ yes, no }) => [yes, no]));
  const reachable = rooms.map((room, i) => (used.has(i) ? room : room.replace(/^room\d+:\n/, "")));
  return `func maze${index}(steps int) (a, b uint32) {
	a, b = 1, 2
${reachable.join("\n")}
out:
	return a, b
}
`;
}

/** What the Go function returns, worked out here. */
function walk(maze) {
  let [a, b, room] = [1, 2, 0];
  for (let steps = STEPS - 1; steps > 0; steps--) {
    const { calls, add, rotate, bit, yes, no } = maze[room];
    a = calls ? (((Math.imul(a, 31) >>> 0) ^ (b >>> 3)) >>> 0) + add : a + ((add ^ (b << (rotate % 7))) >>> 0);
    a >>>= 0;
    b = ((b << rotate) | (b >>> (32 - rotate))) >>> 0;
    b = (b ^ a) >>> 0;
    room = (b >>> bit) & 1 ? yes : no;
  }
  return `${a} ${b}`;
}
