// Command exports goes deep in functions that the host calls, also while they wait for the host.
package main

import "runtime"

func main() {}

//go:wasmimport host callback
func callback(levels int32) int32

//go:wasmexport direct
func direct(levels int32) int32 {
	if levels == 0 {
		return 0
	}
	return direct(levels-1) + 1
}

// through calls the host every 10,000 levels, which calls through in turn.
//
//go:wasmexport through
func through(levels int32) int32 {
	if levels == 0 {
		return 0
	}
	if levels%10_000 == 1 {
		return callback(levels-1) + 1
	}
	return through(levels-1) + 1
}

// goroutine goes down in another goroutine, while the export waits.
//
//go:wasmexport goroutine
func goroutine(levels int32) int32 {
	sums := make(chan int32)
	go func() {
		runtime.Gosched()
		sums <- direct(levels)
	}()
	return <-sums
}
