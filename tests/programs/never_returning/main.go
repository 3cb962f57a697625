// Recursion through functions that never return: they end in a panic, far down. Their stack checks must stay, or the recursion
// leaves its stack and runs through whatever lies below it on the heap.
package main

import (
	"errors"
	"fmt"
)

//go:noinline
func sink(depth, sum int) {
	if depth == 0 {
		panic(fmt.Sprintf("sum %d", sum))
	}
	sink(depth-1, sum+depth%7)
}

//go:noinline
func tick(depth int) {
	if depth == 0 {
		panic("tick")
	}
	tock(depth - 1)
}

//go:noinline
func tock(depth int) {
	if depth == 0 {
		panic("tock")
	}
	tick(depth - 1)
}

type diver interface{ dive(depth int) }

type deep struct{ name string }

//go:noinline
func (d deep) dive(depth int) {
	if depth == 0 {
		panic(errors.New(d.name))
	}
	next(d, depth-1)
}

//go:noinline
func next(d diver, depth int) { d.dive(depth) }

// Its own recovery starts the next dive.
//
//go:noinline
func rebound(depth, times int) {
	defer func() {
		recover()
		if times > 0 {
			rebound(depth, times-1)
		}
		panic("rebounds")
	}()
	sink(depth, 0)
}

// fall runs f on a new stack, which is small.
func fall(f func()) any {
	fallen := make(chan any)
	go func() {
		defer func() { fallen <- recover() }()
		f()
	}()
	return <-fallen
}

func main() {
	// Beside small stacks on the heap, so that a stack that is left shows.
	var beside [][]int
	for i := 0; i < 300; i++ {
		beside = append(beside, make([]int, 100))
	}
	for _, depth := range []int{0, 10, 101, 1000, 5001} {
		fmt.Println(depth, fall(func() { sink(depth, 0) }), fall(func() { tick(depth) }))
		fmt.Println(depth, fall(func() { deep{"deep"}.dive(depth) }), fall(func() { rebound(depth, 3) }))
	}
	for _, block := range beside {
		for _, word := range block {
			if word != 0 {
				fmt.Println("a word of the heap is", word)
				return
			}
		}
	}
	fmt.Println("nothing else was written")
}
