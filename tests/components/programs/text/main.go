// Command text is a reactor for the world text: strings and records both ways, lists, and an imported interface, by the canonical ABI
// written out. Memory that the host fills is kept from the garbage collector until the call that it is for.
package main

import (
	"os"
	"runtime"
	"strings"
	"time"
	"unsafe"
)

var (
	pinned   = map[unsafe.Pointer][]uint64{}
	returned []any
)

//go:wasmexport cabi_realloc
func cabiRealloc(old unsafe.Pointer, oldSize, align, size uint32) unsafe.Pointer {
	if size == 0 {
		return unsafe.Pointer(uintptr(align))
	}
	words := make([]uint64, (size+7)/8)
	block := unsafe.Pointer(&words[0])
	if old != nil && oldSize > 0 {
		copy(unsafe.Slice((*byte)(block), size), unsafe.Slice((*byte)(old), oldSize))
		delete(pinned, old)
	}
	pinned[block] = words
	return block
}

// text is a string as the canonical ABI has it in memory.
type text struct{ data, size uint32 }

// take copies what the host has written and lets go of it.
func take(data, size uint32) string {
	if size == 0 {
		return ""
	}
	block := unsafe.Pointer(uintptr(data))
	defer delete(pinned, block)
	return strings.Clone(unsafe.String((*byte)(block), size))
}

func give(s string) text {
	returned = append(returned, s)
	return text{uint32(uintptr(unsafe.Pointer(unsafe.StringData(s)))), uint32(len(s))}
}

func result[T any](value T) unsafe.Pointer {
	kept := &value
	returned = append(returned, kept)
	return unsafe.Pointer(kept)
}

//go:wasmimport gowasp:test/host log
func hostLog(message string)

//go:wasmimport gowasp:test/host name
func hostName(result unsafe.Pointer)

//go:wasmexport greet
func greet(data, size uint32) unsafe.Pointer {
	name := take(data, size)
	var written text
	hostName(unsafe.Pointer(&written)) // allocates by cabi_realloc
	host := take(written.data, written.size)
	runtime.GC()
	for i := 0; i < 20; i++ {
		_ = make([]byte, 1<<20)
	}
	hostLog(name + " from " + host)
	return result(give("hello " + name + " from " + host + strings.Repeat("!", len(name))))
}

//go:wasmexport cabi_post_greet
func cabiPostGreet(unsafe.Pointer) { returned = returned[:0] }

// person is the record of the world.
type person struct {
	name text
	age  uint32
}

//go:wasmexport older
func older(data, size, age uint32) unsafe.Pointer {
	return result(person{give(take(data, size) + " the elder"), age + 1})
}

//go:wasmexport cabi_post_older
func cabiPostOlder(unsafe.Pointer) { returned = returned[:0] }

//go:wasmexport sum
func sum(data, count uint32) uint64 {
	if count == 0 {
		return 0
	}
	block := unsafe.Pointer(uintptr(data))
	defer delete(pinned, block)
	total := uint64(0)
	for _, number := range unsafe.Slice((*uint32)(block), count) {
		total += uint64(number)
	}
	return total
}

func init() {
	if os.Getenv("BUSY") == "" {
		return
	}
	// Goroutines that run whenever the scheduler is entered, also while the host may not be called.
	for _, pause := range []func(){runtime.Gosched, func() { time.Sleep(time.Microsecond) }} {
		go func() {
			for {
				pause()
			}
		}()
	}
}

func main() {}
