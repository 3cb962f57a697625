/**
 * Switches of thousands of cases, on integers with gaps, on dense integers, and on strings: binary searches, jump tables
 * and deep nests of blocks.
 */
import { randomFrom } from "./random.mjs";

const CASES = 5000;

/** V8 spends seconds on optimizing functions that run for a millisecond; its baseline compiler is enough. */
const NODE_ARGS = ["--liftoff-only"];

export function switches() {
  const random = randomFrom(11);
  const sparse = distinct(CASES, () => random(2 ** 30) - 2 ** 29);
  const strings = distinct(CASES, () => `${"abcdefgh"[random(8)].repeat(1 + random(9))}${random(100000)}`);
  const results = Array.from({ length: CASES }, () => random(1000003));
  const cases = (labels) =>
    labels
      .map((label, i) => `\tcase ${label}:\n\t\t${i % 17 === 0 ? `return call(${results[i]})` : `v += ${results[i]}`}`)
      .join("\n");
  const source = `// Command shape_switches has switches of ${CASES} cases.
package main

import "fmt"

//go:noinline
func call(v int) int { return v - 1 }

func sparse(n int) (v int) {
	switch n {
${cases(sparse)}
	default:
		v = -1
	}
	return v
}

func dense(n int) (v int) {
	switch n {
${cases(results.map((_, i) => i))}
	default:
		v = -1
	}
	return v
}

func text(s string) (v int) {
	switch s {
${cases(strings.map((s) => JSON.stringify(s)))}
	default:
		v = -1
	}
	return v
}

var sparseKeys = []int{${sparse.join(", ")}}

var textKeys = []string{${strings.map((s) => JSON.stringify(s)).join(", ")}}

func main() {
	sums := [3]int{}
	for i := range sparseKeys {
		sums[0] += sparse(sparseKeys[i]) * (i%7 + 1)
		sums[1] += dense(i) * (i%11 + 1)
		sums[2] += text(textKeys[i]) * (i%13 + 1)
	}
	fmt.Println(sums, sparse(1<<30), dense(-1), dense(${CASES}), text(""), text("zzz"))
}
`;
  const value = (i) => (i % 17 === 0 ? results[i] - 1 : results[i]);
  const sum = (period) => results.reduce((total, _, i) => total + value(i) * ((i % period) + 1), 0);
  const stdout = `[${sum(7)} ${sum(11)} ${sum(13)}] -1 -1 -1 -1 -1\n`;
  return { name: "shape_switches", source, stdout, nodeArgs: NODE_ARGS };
}

function distinct(count, make) {
  const all = new Set();
  while (all.size < count) all.add(make());
  return [...all];
}
