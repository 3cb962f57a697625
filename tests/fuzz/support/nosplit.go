// What every generated program of the kind nosplit is linked with: it calls a course of functions at all distances from the
// end of a stack, and says whether they stayed within it.
package main

import (
	"fmt"
	"os"
	"runtime/debug"
)

// room is how many bytes of its stack lie below the caller's stack pointer when it calls something.
func room() int // room_wasm.s

// Variables that the compiler cannot know the values of.
var (
	zero = len(os.Args) - len(os.Args)
	sink byte
)

var (
	// nearest is the least room that a function of the course has seen.
	nearest int
	// left is how many calls a course may still make that goes in a circle.
	left int
)

// A new stack has 2048 bytes (runtime/stack.go, stackMin), of which functions with a check may use all but 800. A round takes
// about 128 bytes, and a shift, with its four arguments, 40: together they come to every distance that there is.
const (
	rounds = 12
	shifts = 17
)

// run calls a course again and again, each time in a new goroutine, and prints what became of it.
func run(name string, calls int, course func(shift, rounds, _, _ int)) {
	nearest = 1 << 20
	passed := 0
	for i := 0; i < shifts; i++ {
		for k := 0; k < rounds; k++ {
			left = calls
			done := make(chan bool)
			go func() {
				returned := false
				defer func() { done <- returned || recover() != nil }()
				course(i, k, 0, 0)
				returned = true
			}()
			if <-done {
				passed++
			}
		}
	}
	if nearest < 0 {
		fmt.Println(name, passed, -nearest, "bytes over the end of the stack")
		return
	}
	fmt.Println(name, passed, "within the stack")
}

func init() {
	// A collection would have new stacks begin larger.
	debug.SetGCPercent(-1)
}
