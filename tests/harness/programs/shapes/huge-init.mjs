/**
 * Thousands of package variables whose initial values need calls, all in one init function, and thousands of small
 * functions and methods that are reached only through a table of function values.
 */
const VARIABLES = 3000;

export function hugeInit() {
  const indices = Array.from({ length: VARIABLES }, (_, i) => i);
  const variables = indices.map((i) => (i < 2 ? `\tx${i} = next(${i})` : `\tx${i} = next(x${(i * 7) % i} + ${i})`));
  const functions = indices.map((i) => `func f${i}(n int) int { return n*${(i % 13) + 2} + x${i} }`);
  const source = `// Command shape_huge_init initializes ${VARIABLES} variables by calls.
package main

import (
	"errors"
	"fmt"
)

//go:noinline
func next(n int) int { return n%1000 + 3 }

var (
${variables.join("\n")}
)

${functions.join("\n")}

var functions = []func(int) int{
${indices.map((i) => `\tf${i},`).join("\n")}
}

var problems = []error{
${indices
  .slice(0, 1000)
  .map((i) => `\terrors.New("problem ${i}"),`)
  .join("\n")}
}

func main() {
	sum := 0
	for i, f := range functions {
		sum += f(i) % 1009
	}
	letters := 0
	for _, p := range problems {
		letters += len(p.Error())
	}
	fmt.Println(sum, letters, x${VARIABLES - 1}, functions[17](1))
}
`;
  const x = [];
  const next = (n) => (n % 1000) + 3;
  for (const i of indices) x.push(i < 2 ? next(i) : next(x[(i * 7) % i] + i));
  const f = (i, n) => n * ((i % 13) + 2) + x[i];
  const sum = indices.reduce((total, i) => total + (f(i, i) % 1009), 0);
  const letters = indices.slice(0, 1000).reduce((total, i) => total + `problem ${i}`.length, 0);
  return {
    name: "shape_huge_init",
    source,
    stdout: `${sum} ${letters} ${x[VARIABLES - 1]} ${f(17, 1)}\n`,
  };
}
