// Command host_calls imports functions of the host with go:wasmimport: every type of argument and result, and pointers that
// the host reads and writes.
package main

import (
	"fmt"
	"math"
	"runtime"
	"unsafe"
)

//go:wasmimport host mix
func mix(a int32, b int64, c float32, d float64, e uint32, f uint64) float64

//go:wasmimport host negate
func negate(v int32) int32

//go:wasmimport host wide
func wide(v uint64) uint64

//go:wasmimport host half
func half(v float32) float32

//go:wasmimport host nothing
func nothing()

//go:wasmimport host-two fill
func fill(p unsafe.Pointer, n int32, v int32) int32

//go:wasmimport host-two upper
func upper(p unsafe.Pointer, n int32)

//go:wasmimport host-two log
func log(p unsafe.Pointer, n int32)

func main() {
	fmt.Println(mix(-1, math.MinInt64, 1.5, -0.25, math.MaxUint32, math.MaxUint64))
	fmt.Println(negate(math.MinInt32), negate(7), wide(1<<63|5), half(3), half(float32(math.Inf(-1))))
	nothing()
	buffer := make([]byte, 100)
	fmt.Println(fill(unsafe.Pointer(&buffer[10]), 5, 0xab), buffer[9:16])
	text := []byte("upper case, please")
	upper(unsafe.Pointer(&text[0]), int32(len(text)))
	fmt.Println(string(text))
	inLoops()
	fmt.Println(inExpressions(3))
	acrossGoroutines()
	message := "written by the host"
	log(unsafe.Pointer(unsafe.StringData(message)), int32(len(message)))
}

// inLoops calls the host between allocations, collections and stack growth.
func inLoops() {
	total := int64(0)
	for i := 0; i < 2000; i++ {
		b := make([]byte, 64+i%100)
		fill(unsafe.Pointer(&b[0]), int32(len(b)), int32(i))
		total += int64(b[len(b)-1]) + int64(negate(int32(i)))
		if i%500 == 0 {
			runtime.GC()
		}
	}
	fmt.Println("loops", total, deep(500))
}

func deep(n int32) int32 {
	if n == 0 {
		return 0
	}
	return deep(n-1) - negate(n)
}

//go:noinline
func inExpressions(n int32) int64 {
	if negate(n) < 0 && wide(uint64(n)) > 0 || negate(-n) == 0 {
		return int64(wide(uint64(negate(negate(n))))) * int64(negate(n)+negate(1))
	}
	return 0
}

func acrossGoroutines() {
	results := make(chan int32)
	for i := int32(0); i < 10; i++ {
		go func(i int32) {
			runtime.Gosched()
			results <- negate(i)
		}(i)
	}
	sum := int32(0)
	for i := 0; i < 10; i++ {
		sum += <-results
	}
	fmt.Println("goroutines", sum)
}
