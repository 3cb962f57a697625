//go:build go1.24

// Command reactor exports functions with go:wasmexport, which the host calls while nothing of the program runs: in one
// direction, back and forth, and with goroutines that live on between calls.
//
// On js main runs and blocks; as a WASI reactor main never runs.
package main

import (
	"errors"
	"runtime"
	"sort"
	"strings"
	"unsafe"
)

var (
	initialized = strings.Repeat("i", 3)
	calls       int
	kept        = map[int32][]byte{}
	requests    = make(chan request)
)

type request struct {
	n     int64
	reply chan int64
}

func init() {
	calls = len(initialized)
	go serve()
}

// serve runs between calls of exports.
func serve() {
	total := int64(0)
	for r := range requests {
		total += r.n
		r.reply <- total
	}
}

func main() { select {} }

// same has the wasm type (i32) -> i32, that of Go's own functions.
//
//go:wasmexport same
func same(v int32) int32 { return v }

//go:wasmexport count
func count() int32 { calls++; return int32(calls) }

//go:wasmexport mix
func mix(a int32, b int64, c float32, d float64, e uint32, f uint64, g bool) float64 {
	if g {
		return float64(a) + float64(b) + float64(c) + d + float64(e) + float64(f>>60)
	}
	return -1
}

//go:wasmexport wide
func wide(v int64) int64 { return v*3 + 1 }

//go:wasmexport nothing
func nothing() { calls += 100 }

//go:wasmexport accumulate
func accumulate(n int64) int64 {
	reply := make(chan int64)
	requests <- request{n, reply}
	return <-reply
}

//go:wasmexport recurse
func recurse(n int32) int32 {
	if n == 0 {
		return 0
	}
	var padding [30]int32
	padding[n%30] = n
	return recurse(n-1) + padding[n%30]
}

//go:wasmexport allocate
func allocate(n int32) unsafe.Pointer {
	kept[n] = make([]byte, n)
	for i := range kept[n] {
		kept[n][i] = byte(i * 3)
	}
	return unsafe.Pointer(&kept[n][0])
}

//go:wasmexport checksum
func checksum(n int32) (sum int64) {
	runtime.GC()
	for i, b := range kept[n] {
		sum += int64(i) * int64(b)
	}
	return sum
}

//go:wasmexport recovered
func recovered(n int32) (code int32) {
	defer func() {
		if r := recover(); r != nil {
			var bounds runtime.Error
			if errors.As(r.(error), &bounds) && strings.Contains(bounds.Error(), "out of range") {
				code = 1000 + n
			}
		}
	}()
	return int32([]int{1, 2, 3}[n])
}

//go:wasmimport host callback
func callback(depth int32) int32

// bounce calls the host, which calls bounce again.
//
//go:wasmexport bounce
func bounce(depth int32) int32 {
	if depth == 0 {
		return 1
	}
	local := []int32{depth, depth * 2}
	below := callback(depth - 1)
	runtime.GC()
	return below + local[0] + local[1]
}

//go:wasmexport parallel
func parallel(n int32) int32 {
	results := make(chan int)
	for i := range int(n) {
		go func() {
			runtime.Gosched()
			results <- i * i
		}()
	}
	all := []int{}
	for range n {
		all = append(all, <-results)
	}
	sort.Ints(all)
	return int32(all[n-1] - all[0])
}
