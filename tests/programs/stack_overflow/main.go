// Recursion without an end, through a function that never returns: Go stops it at its own limit.
package main

import (
	"fmt"
	"runtime/debug"
)

//go:noinline
func endless(n int, text string) int { return endless(n+1, text) + len(text) }

func main() {
	debug.SetMaxStack(1 << 18)
	fmt.Println("down")
	fmt.Println(endless(1, "x"))
}
