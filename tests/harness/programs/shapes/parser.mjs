/**
 * A generated recursive-descent parser: one function for each level of precedence, all calling one another, with errors by
 * panic and recover as generated parsers have them.
 */
import { randomFrom } from "./random.mjs";

/** From the loosest to the tightest; the value of each operator for Go (int64) and here (BigInt). */
const OPERATORS = [
  ["|", (a, b) => a | b],
  ["^", (a, b) => a ^ b],
  ["&", (a, b) => a & b],
  ["-", (a, b) => a - b],
  ["+", (a, b) => a + b],
  ["*", (a, b) => a * b],
  ["#", (a, b) => a * 10n + b],
  ["~", (a, b) => b - a],
  ["@", (a, b) => (a ^ b) + 1n],
  ["$", (a, b) => a * 3n - b],
];

const IN_GO = { "#": "a*10 + b", "~": "b - a", "@": "(a ^ b) + 1", $: "a*3 - b" };

export function parser() {
  const random = randomFrom(77);
  const texts = Array.from({ length: 300 }, () => expression(random, 6));
  const levels = OPERATORS.map(([symbol], level) => levelSource(symbol, level)).join("\n");
  const source = `// Command shape_parser evaluates expressions with a generated recursive-descent parser of ${OPERATORS.length} levels.
package main

import "fmt"

type parser struct {
	text  string
	at    int
	depth int
	most  int
}

type syntaxError struct {
	at   int
	want string
}

func (p *parser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

${levels}
func (p *parser) level${OPERATORS.length}() int64 {
	p.depth++
	defer func() { p.depth-- }()
	p.most = max(p.most, p.depth)
	switch c := p.peek(); {
	case c == '(':
		p.at++
		v := p.level0()
		if p.peek() != ')' {
			panic(syntaxError{p.at, ")"})
		}
		p.at++
		return v
	case c == '!':
		p.at++
		return ^p.level${OPERATORS.length}()
	case c >= '0' && c <= '9':
		v := int64(0)
		for ; p.peek() >= '0' && p.peek() <= '9'; p.at++ {
			v = v*10 + int64(p.peek()-'0')
		}
		return v
	}
	panic(syntaxError{p.at, "operand"})
}

func evaluate(text string) (v int64, most int, err error) {
	p := &parser{text: text}
	defer func() {
		if r := recover(); r != nil {
			s := r.(syntaxError)
			err = fmt.Errorf("%d: %s expected", s.at, s.want)
		}
	}()
	v = p.level0()
	if p.at != len(text) {
		panic(syntaxError{p.at, "end"})
	}
	return v, p.most, nil
}

func main() {
	for _, text := range texts {
		fmt.Println(evaluate(text))
	}
	for _, text := range []string{"", "1+", "(1", "1)", "2*(3+!)", "!!!7"} {
		fmt.Println(evaluate(text))
	}
}

var texts = []string{
${texts.map(({ text }) => `\t${JSON.stringify(text)},`).join("\n")}
}
`;
  const errors = [
    "0 0 0: operand expected",
    "0 0 2: operand expected",
    "0 0 2: ) expected",
    "1 0 1: end expected",
    "0 0 6: operand expected",
    "-8 4 <nil>",
  ];
  const values = texts.map(({ value, depth }) => `${BigInt.asIntN(64, value)} ${depth} <nil>`);
  return { name: "shape_parser", since: "1.21", source, stdout: `${[...values, ...errors].join("\n")}\n` };
}

function levelSource(symbol, level) {
  const result = IN_GO[symbol] ?? `a ${symbol} b`;
  return `func (p *parser) level${level}() int64 {
	a := p.level${level + 1}()
	for p.peek() == '${symbol}' {
		p.at++
		b := p.level${level + 1}()
		a = ${result}
	}
	return a
}
`;
}

/** A random expression with its value, and how many operands are being read at most at the same time. */
function expression(random, size) {
  if (size === 0 || random(8) === 0) {
    const value = BigInt(random(1000));
    return { text: String(value), value, depth: 1 };
  }
  if (random(6) === 0) {
    const inner = parenthesized(expression(random, size - 1));
    return { text: `!${inner.text}`, value: ~inner.value, depth: inner.depth + 1 };
  }
  const [symbol, apply] = OPERATORS[random(OPERATORS.length)];
  const left = parenthesized(expression(random, size - 1));
  const right = parenthesized(expression(random, size - 1));
  return {
    text: `${left.text}${symbol}${right.text}`,
    value: BigInt.asIntN(64, apply(left.value, right.value)),
    depth: Math.max(left.depth, right.depth),
  };
}

function parenthesized({ text, value, depth }) {
  if (/^\d+$/.test(text)) return { text, value, depth };
  return { text: `(${text})`, value, depth: depth + 1 };
}
