// Command script runs a program in JavaScript: an engine's interpreter, objects, strings, garbage.
package main

import (
	"fmt"
	"os"

	"github.com/dop251/goja"
)

const program = `
class Node {
	constructor(key) { this.key = key; this.left = null; this.right = null; }
	insert(key) {
		const side = key < this.key ? "left" : "right";
		if (this[side]) this[side].insert(key); else this[side] = new Node(key);
	}
	sum(depth) {
		return this.key * depth + (this.left ? this.left.sum(depth + 1) : 0) + (this.right ? this.right.sum(depth + 1) : 0);
	}
}
let state = 7;
const next = (n) => (state = (state * 1103515245 + 12345) % 2147483648) % n;
const root = new Node(500000);
for (let i = 0; i < 20000; i++) root.insert(next(1000000));

const words = {};
for (let i = 0; i < 60000; i++) {
	const word = "w" + next(500).toString(36);
	words[word] = (words[word] || 0) + 1;
}
const most = Object.entries(words).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, 5);

const sieve = new Array(200000).fill(true);
for (let i = 2; i * i < sieve.length; i++) if (sieve[i]) for (let j = i * i; j < sieve.length; j += i) sieve[j] = false;
const primes = sieve.reduce((n, prime, i) => n + (i > 1 && prime ? 1 : 0), 0);

const text = most.map(([word, n]) => word.replace(/[a-z]/g, (c) => c.toUpperCase()) + "=" + n).join(";");
JSON.stringify({ sum: root.sum(1), text, primes });
`

func main() {
	value, err := goja.New().RunString(program)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(value)
}
