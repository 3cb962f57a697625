// Command numbers is a reactor whose exports take and return numbers: it needs no world of its own.
package main

import (
	"bytes"
	"fmt"
	"os"
	"time"
)

var (
	started = time.Now()
	kept    = map[int][]byte{}
)

//go:wasmexport add
func add(a, b int32) int32 { return a + b }

//go:wasmexport mean_of
func meanOf(a, b float64) float64 { return (a + b) / 2 }

// churn makes so many MB of garbage, with another goroutine that sleeps, and returns a sum of what it kept.
//
//go:wasmexport churn
func churn(megabytes int32) int64 {
	var sum int64
	for i := 0; i < int(megabytes)*10; i++ {
		content := bytes.Repeat([]byte{byte(i)}, 100_000)
		kept[i%20] = content
		sum += int64(content[i])
	}
	result := make(chan int64)
	go func() {
		time.Sleep(time.Microsecond)
		result <- sum
	}()
	return <-result
}

//go:wasmexport elapsed
func elapsed() int64 {
	fmt.Fprintln(os.Stdout, "printed by a reactor")
	return int64(time.Since(started))
}

func main() {}
