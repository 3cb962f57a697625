/**
 * A map literal of thousands of pointers to structs, as generated tables have it. Go builds it in one init function with
 * two calls for each entry, so ten thousand resume points.
 */
const ENTRIES = 5000;

/**
 * V8 takes seconds, most of them after the end of the program, to optimize that function as Go writes it (golang/go#42979).
 * Its baseline compiler is done at once.
 */
const NODE_ARGS = ["--liftoff-only"];

export function mapLiteral() {
  const rows = Array.from({ length: ENTRIES }, (_, i) => ({
    key: `key-${(i * 7919) % 100003}`,
    id: i,
    weight: i / 4,
  }));
  const literals = rows.map(({ key, id, weight }) => `\t"${key}": {${id}, "name of ${id}", ${weight}},`);
  const source = `// Command shape_map_literal initializes a map of ${ENTRIES} pointers to structs.
package main

import "fmt"

type entry struct {
	id     int
	name   string
	weight float64
}

var table = map[string]*entry{
${literals.join("\n")}
}

func main() {
	ids, names, weights := 0, 0, 0.0
	for key, e := range table {
		ids += e.id * len(key)
		names += len(e.name)
		weights += e.weight
	}
	fmt.Println(len(table), ids, names, weights, table["key-7919"].name, table["absent"] == nil)
}
`;
  const sum = (f) => rows.reduce((total, row) => total + f(row), 0);
  const totals = [
    rows.length,
    sum((row) => row.id * row.key.length),
    sum((row) => `name of ${row.id}`.length),
    goFloat(sum((row) => row.weight)),
  ];
  const stdout = `${totals.join(" ")} name of 1 true\n`;
  return { name: "shape_map_literal", source, stdout, nodeArgs: NODE_ARGS };
}

/** How fmt prints a float between 1e6 and 1e7 that is a multiple of 1/4. */
function goFloat(value) {
  const [digits, exponent] = value.toExponential().split("e+");
  return `${digits}e+${exponent.padStart(2, "0")}`;
}
