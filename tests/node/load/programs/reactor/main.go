// Reactor exports functions that JavaScript calls, with all types that go:wasmexport has.
package main

import (
	"fmt"
	"os"
	"strings"
	"time"
	"unsafe"
)

// What is lent to JavaScript, so that the collector leaves it alone.
var lent = map[unsafe.Pointer][]byte{}

//go:wasmexport gowasp_alloc
func alloc(size uint32) unsafe.Pointer {
	bytes := make([]byte, max(size, 1))
	address := unsafe.Pointer(&bytes[0])
	lent[address] = bytes
	return address
}

//go:wasmexport gowasp_free
func free(address unsafe.Pointer) { delete(lent, address) }

// answer is where the last string lies that went to JavaScript.
var answer string

func packed(text string) uint64 {
	answer = text
	return uint64(uintptr(unsafe.Pointer(unsafe.StringData(answer))))<<32 | uint64(len(answer))
}

//go:wasmexport add
func add(a, b int32) int32 { return a + b }

//go:wasmexport scale
func scale(a int64, b float64, c float32, double bool) float64 {
	sum := float64(a) + b + float64(c)
	if double {
		return 2 * sum
	}
	return sum
}

//go:wasmexport upper
func upper(text string) uint64 { return packed(strings.ToUpper(text)) }

//go:wasmexport sum
func sum(bytes unsafe.Pointer, length uint32, factor int32) (total int32) {
	for _, one := range unsafe.Slice((*byte)(bytes), length) {
		total += int32(one) * factor
	}
	return total
}

//go:wasmexport held
func held() int32 { return int32(len(lent)) }

//go:wasmexport nap
func nap(milliseconds int32) int64 {
	start := time.Now()
	time.Sleep(time.Duration(milliseconds) * time.Millisecond)
	return time.Since(start).Milliseconds()
}

//go:wasmexport read
func read(path string) uint64 {
	bytes, err := os.ReadFile(path)
	if err != nil {
		return packed(err.Error())
	}
	return packed(string(bytes))
}

//go:wasmexport boom
func boom() { panic("boom") }

//go:wasmexport leave
func leave(code int32) { os.Exit(int(code)) }

func init() { fmt.Println("initialized") }

func main() {}
