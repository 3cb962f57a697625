// Functions without a stack check use what Go leaves below the guard, and call functions that have one: through the table,
// through interfaces, for good. The program measures how near to the end of its stack each comes.
package main

import (
	"fmt"
	"os"
	"unsafe"
)

// stackEnd is in stack_wasm.s.
func stackEnd() uintptr

var (
	used   byte
	lowest uintptr
)

// It has a check, and a frame that fits into what most callers have left.
//
//go:noinline
func checked() {
	var frame [72]byte
	frame[used&31] = 1
	used += frame[used&63]
	lowest = uintptr(unsafe.Pointer(&frame))
}

type measured struct{}

//go:noinline
func (measured) measure() {
	var frame [72]byte
	frame[used&31] = 1
	used += frame[used&63]
	lowest = uintptr(unsafe.Pointer(&frame))
}

type measurer interface{ measure() }

//go:nosplit
//go:noinline
func forGood(f func()) {
	f()
	panic(room())
}

//go:nosplit
//go:noinline
func forGoodByInterface(m measurer) {
	m.measure()
	panic(room())
}

//go:nosplit
//go:noinline
func first(f func()) {
	var frame [736]byte
	frame[used&127]++
	forGood(f)
	used = frame[0]
}

//go:nosplit
//go:noinline
func firstByInterface(m measurer) {
	var frame [736]byte
	frame[used&127]++
	forGoodByInterface(m)
	used = frame[0]
}

//go:nosplit
//go:noinline
func comesBack(f func()) int {
	var frame [64]byte
	frame[used&127]++
	f()
	used = frame[0]
	return room()
}

// room is how many bytes were left below the lowest frame.
//
//go:nosplit
func room() int { return int(lowest) - int(stackEnd()) }

// Frames of 128 bytes (StackSmall) may lie below the guard, so these two call from there.
//
//go:noinline
func firstAtTheGuard(f func()) {
	var frame [104]byte
	frame[used&63]++
	first(f)
	used += frame[1]
}

//go:noinline
func firstByInterfaceAtTheGuard(m measurer) {
	var frame [96]byte
	frame[used&63]++
	firstByInterface(m)
	used += frame[1]
}

// down uses the stack in large steps, then in small ones, before it calls f.
//
//go:noinline
func down(large, small int, f func()) {
	var frame [200]byte
	frame[used&127]++
	if large == 0 {
		downABit(small, f)
	} else {
		down(large-1, small, f)
	}
	used += frame[1]
}

//go:noinline
func downABit(small int, f func()) {
	if small == 0 {
		f()
	} else {
		downABit(small-1, f)
	}
	used++
}

// least is the least room that f finds, wherever on a new stack it is called.
func least(f func() int) int {
	result := 1 << 20
	for large := 0; large < 60; large++ {
		for small := 0; small < 8; small++ {
			found := make(chan int)
			go down(large, small, func() { found <- f() })
			result = min(result, <-found)
		}
	}
	return result
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}

func recovered(f func()) func() int {
	return func() (room int) {
		defer func() { room = recover().(int) }()
		f()
		return
	}
}

func main() {
	for _, test := range []struct {
		name string
		f    func() int
	}{
		{"for good", recovered(func() { firstAtTheGuard(checked) })},
		{"for good, by interface", recovered(func() { firstByInterfaceAtTheGuard(measured{}) })},
		{"for a return", func() int { return comesBack(checked) }},
	} {
		room := least(test.f)
		fmt.Println(test.name, "stays on its stack:", room >= 0)
		if os.Getenv("ROOM") != "" {
			println(room)
		}
	}
}
