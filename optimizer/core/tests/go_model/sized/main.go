// Sized has one of everything whose bytes gowasp attributes: embedded files, types with methods that are called through an
// interface, generic functions, closures, text and tables.
package main

import (
	"embed"
	"encoding/json"
	"fmt"
	"os"
	"unicode"
)

//go:embed static
var static embed.FS

type shape interface{ area() float64 }

type square struct{ Side float64 }

func (s square) area() float64 { return s.Side * s.Side }

type circle struct{ Radius float64 }

func (c circle) area() float64 { return 3 * c.Radius * c.Radius }

//go:noinline
func total[T shape](shapes []T) (sum float64) {
	for _, s := range shapes {
		sum += s.area()
	}
	return sum
}

// weights is a table that only main uses.
var weights = [64]uint32{0: 0x12345678, 17: 0x9abcdef0, 63: 0x0fedcba9}

func main() {
	shapes := []shape{square{float64(len(os.Args))}, circle{1}}
	if err := json.Unmarshal([]byte(`{"Side": 2}`), &square{}); err != nil {
		panic(err)
	}
	names := map[string]func() float64{"total": func() float64 { return total(shapes) + total([]square{{1}}) }}
	text, _ := static.ReadFile("static/large.txt")
	for name, f := range names {
		fmt.Println(name, f(), len(text), weights[len(os.Args)%64], unicode.Is(unicode.Cyrillic, 'x'))
	}
}
