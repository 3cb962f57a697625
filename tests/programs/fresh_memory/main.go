// Fresh memory is zero, whether the heap takes it from the system or from what the runtime has given back: execution traces do that with
// their buffers, and no others of the runtime.
package main

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/trace"
)

type block [64 << 10]byte

func main() {
	var kept []*block
	dirty := 0
	for round := 0; round < 4; round++ {
		var written bytes.Buffer
		if err := trace.Start(&written); err != nil {
			fmt.Println("no trace:", err)
			return
		}
		for i := 0; i < 1000; i++ {
			runtime.Gosched()
		}
		trace.Stop()
		fmt.Println("round", round, "traced:", written.Len() > 0)
		// More than an arena of any release.
		for i := 0; i < 100; i++ {
			fresh := new(block)
			for _, value := range fresh {
				if value != 0 {
					dirty++
				}
			}
			for i := range fresh {
				fresh[i] = 0xa5
			}
			kept = append(kept, fresh)
		}
		if round == 1 {
			kept = nil
			debug.FreeOSMemory()
		}
	}
	fmt.Println("bytes that were not zero:", dirty, "blocks kept:", len(kept))
}
