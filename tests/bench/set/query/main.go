// Command query runs a query of jq over documents that it makes up: maps, strings, sorting, an interpreter of iterators.
package main

import (
	"fmt"
	"os"

	"github.com/itchyny/gojq"
)

const program = `
	[.[] | select(.age > 30 and (.tags | index("b")))
		| {name, city: .address.city, years: (.age - 30), score: ([.scores[] | . * 2] | add)}]
	| group_by(.city)
	| map({city: .[0].city, people: length, score: (map(.score) | add), names: (map(.name) | sort | .[0:3] | join(", "))})
	| sort_by(-.score)
	| map("\(.city): \(.people) \(.score) \(.names | ascii_upcase)")
	| .[]`

func documents(count int) []any {
	cities := []any{"Aachen", "Bern", "Cork", "Delft", "Espoo", "Faro"}
	tags := []any{"a", "b", "c"}
	people := make([]any, count)
	state := uint32(1)
	next := func(n int) int {
		state = state*1664525 + 1013904223
		return int(state>>8) % n
	}
	for i := range people {
		scores := make([]any, 8)
		for j := range scores {
			scores[j] = next(100)
		}
		people[i] = map[string]any{
			"name":    fmt.Sprintf("person %d", next(100000)),
			"age":     20 + next(40),
			"address": map[string]any{"city": cities[next(len(cities))], "street": next(500)},
			"tags":    []any{tags[next(3)], tags[next(3)]},
			"scores":  scores,
		}
	}
	return people
}

func main() {
	query, err := gojq.Parse(program)
	if err != nil {
		fail(err)
	}
	code, err := gojq.Compile(query)
	if err != nil {
		fail(err)
	}
	lines := code.Run(documents(30000))
	for {
		line, more := lines.Next()
		if !more {
			return
		}
		if err, failed := line.(error); failed {
			fail(err)
		}
		fmt.Println(line)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
