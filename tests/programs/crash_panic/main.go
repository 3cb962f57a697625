// Command crash_panic dies of a panic that was recovered once and raised again: the traceback names both, and all frames.
package main

import (
	"errors"
	"fmt"
)

type stack struct{ items []int }

func (s *stack) pop() int {
	last := s.items[len(s.items)-1]
	s.items = s.items[:len(s.items)-1]
	return last
}

func main() {
	defer fmt.Println("deferred calls run before the traceback")
	process(&stack{items: []int{1, 2}}, 3)
}

//go:noinline
func process(s *stack, n int) {
	defer func() {
		if r := recover(); r != nil {
			panic(fmt.Errorf("processing: %w", errors.Join(r.(error))))
		}
	}()
	for i := 0; i < n; i++ {
		fmt.Println("popped", s.pop())
	}
}
