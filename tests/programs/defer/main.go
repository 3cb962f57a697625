// Command defer runs deferred calls in all the ways the compiler implements them: open-coded, in loops, on the heap.
package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	order()
	fmt.Println(results())
	inLoop(4)
	arguments()
	methodValues()
	conditional(true)
	conditional(false)
	many()
	fmt.Println(stacked(12))
	recursive(5)
	defer fmt.Println("os.Exit runs no deferred call")
	defer os.Exit(3)
}

func order() {
	for _, s := range []string{"c", "b", "a"} {
		defer fmt.Print(s, "\n")
	}
	defer fmt.Print("first ")
	fmt.Print("body ")
}

// results are what deferred closures make of them after return has set them.
func results() (n int, s string) {
	defer func() { n *= 2 }()
	defer func() { n += 3; s += "!" }()
	s = "ignored"
	return 10, "returned"
}

func inLoop(n int) {
	var log strings.Builder
	func() {
		for i := 0; i < n; i++ {
			i := i
			defer func() { fmt.Fprint(&log, i, " ") }()
			for j := 0; j < i; j++ {
				defer func(k int) { fmt.Fprint(&log, i, ".", k, " ") }(j)
			}
		}
	}()
	fmt.Println(log.String())
}

// arguments of a deferred call are evaluated at once, captured variables at the end.
func arguments() {
	x := 1
	defer fmt.Println("argument", x)
	defer func() { fmt.Println("captured", x) }()
	x = 2
}

type counter struct{ n int }

func (c *counter) add(d int) *counter { c.n += d; return c }
func (c counter) show(label string)   { fmt.Println(label, c.n) }

func methodValues() {
	c := &counter{}
	defer c.show("at defer time")
	defer func() { c.show("at the end") }()
	f := c.add
	defer f(100)
	c.add(1).add(2)
}

func conditional(yes bool) {
	if yes {
		defer fmt.Println("conditional defer")
	}
	defer fmt.Println("unconditional, yes =", yes)
}

// many has more defers than the compiler keeps open-coded (eight).
func many() {
	s := ""
	func() {
		defer func() { s += "1" }()
		defer func() { s += "2" }()
		defer func() { s += "3" }()
		defer func() { s += "4" }()
		defer func() { s += "5" }()
		defer func() { s += "6" }()
		defer func() { s += "7" }()
		defer func() { s += "8" }()
		defer func() { s += "9" }()
		defer func() { s += "a" }()
	}()
	fmt.Println(s)
}

// stacked returns from inside nested calls, each with its own recover.
func stacked(n int) (total int) {
	defer func() {
		if r := recover(); r != nil {
			total = r.(int) + n
			if n%2 == 0 {
				panic(total)
			}
		}
	}()
	if n == 0 {
		panic(1000)
	}
	if n == 12 {
		defer func() { total = -1; recover() }()
	}
	return stacked(n-1) + n
}

func recursive(n int) {
	if n == 0 {
		fmt.Print("bottom ")
		return
	}
	defer func() {
		fmt.Print(n, " ")
		if n == 5 {
			fmt.Println()
		}
	}()
	recursive(n - 1)
}
