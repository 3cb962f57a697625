// Says from which lines mark is called, and how often. Those with a breakpoint are marked so.
package main

import (
	"fmt"
	"runtime"
)

//go:noinline
func mark() int {
	_, _, line, _ := runtime.Caller(1)
	fmt.Println("at", line)
	return line
}

func inlined() int {
	return mark() // breakpoint
}

//go:noinline
func outer() int {
	return inlined() + 1
}

func generic[T int | string](value T) T {
	mark() // breakpoint
	return value
}

type thing struct{ lines []int }

//go:noinline
func (t *thing) add() {
	t.lines = append(t.lines, mark()) // breakpoint
}

//go:noinline
func loop(n int) (sum int) {
	for range make([]int, n) {
		sum += mark() // breakpoint
	}
	return sum
}

//go:noinline
func deferred() {
	defer func() {
		mark() // breakpoint
	}()
	mark() // breakpoint
}

//go:noinline
func recovered() {
	defer func() {
		if recover() != nil {
			mark() // breakpoint
		}
	}()
	var none []int
	index := mark() // breakpoint
	fmt.Println(none[index])
}

func main() {
	mark() // breakpoint
	outer()
	generic(1)
	t := &thing{}
	t.add()
	t.add()
	closure := func(n int) int {
		return n + mark() // breakpoint
	}
	closure(1)
	loop(3)
	deferred()
	recovered()
	done := make(chan int)
	go func() {
		done <- mark() // breakpoint
	}()
	<-done
}
