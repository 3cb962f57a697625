// Command inits initializes package variables in the order of their dependencies, across files, with several init functions.
package main

import (
	"fmt"
	"strings"
)

var (
	third  = trace("third", second+1)
	second = trace("second", first*10)
	first  = trace("first", 4)
	_      = trace("blank", 0)
)

var table = map[string]func(int) int{
	"square": func(n int) int { return n * n },
	"third":  func(n int) int { return n + third },
}

var (
	matrix = [3][3]int{{1, 2, 3}, 1: {1: 5}, 2: {9, 8, 7}}
	sparse = [...]string{5: "five", 2: "two", 7: "seven"}
	nested = []*struct {
		name string
		kids []string
	}{{"a", []string{"x"}}, {name: "b"}}
	computed = func() (s []int) {
		for i := range matrix {
			s = append(s, matrix[i][i])
		}
		return s
	}()
)

var order []string

func trace(name string, v int) int {
	order = append(order, fmt.Sprint(name, "=", v))
	return v
}

func init() { trace("init 1", third) }
func init() { trace("init 2", fromOtherFile) }

func main() {
	fmt.Println(strings.Join(order, " "))
	fmt.Println(table["square"](7), table["third"](1), matrix, len(sparse), sparse[5], nested[0].kids, nested[1].kids == nil, computed)
}
