// Makes 24 MiB of garbage twice, the second time with a quarter of the minimal heap, and prints how often it was
// collected.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

var sink []byte

func collections() uint32 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := 0; i < 24*16; i++ {
		sink = make([]byte, 64<<10)
	}
	runtime.ReadMemStats(&after)
	return after.NumGC - before.NumGC
}

func main() {
	first := collections()
	debug.SetGCPercent(25)
	fmt.Println(first, collections())
}
