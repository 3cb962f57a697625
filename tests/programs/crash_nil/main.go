// Command crash_nil dies of a nil dereference in an inlined method, called through an interface and a closure.
package main

import "fmt"

type config struct {
	name  string
	limit int
}

func (c *config) double() int { return c.limit * 2 }

type doubler interface{ double() int }

func main() {
	fmt.Println(describe(&config{"set", 21}))
	fmt.Println(describe((*config)(nil)))
}

//go:noinline
func describe(d doubler) (s string) {
	func() { s = fmt.Sprint(d.double()) }()
	return s
}
