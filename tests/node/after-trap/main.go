// Command after-trap is a plugin whose exports fail in every way that a host can catch, and others that the host calls then.
package main

import (
	"os"
	"runtime"
	"sync"
	"unsafe"
)

var (
	calls int32
	kept  [][]byte
	table = map[int32]int32{1: 1}
)

// On js main waits while the host calls; in a WASI reactor it does not run.
func main() { select {} }

// count needs no stack.
//
//go:wasmexport count
func count() int32 { calls++; return calls }

// grow uses so many frames, which moves the stack when it does not fit.
//
//go:wasmexport grow
func grow(depth int32) int32 {
	var frame [256]byte
	fill(frame[:], byte(depth))
	if depth == 0 {
		return 0
	}
	return 1 + grow(depth-1) + int32(frame[17]) - int32(byte(depth))
}

//go:noinline
func fill(frame []byte, value byte) {
	for i := range frame {
		frame[i] = value
	}
}

// allocate keeps what it makes, and says how much is there.
//
//go:wasmexport allocate
func allocate(n int32) int32 {
	for i := int32(0); i < n; i++ {
		kept = append(kept, make([]byte, 100+i))
	}
	if len(kept) > 1000 {
		kept = kept[500:]
	}
	sum := int32(0)
	for _, b := range kept {
		sum += int32(len(b))
	}
	return sum
}

// collect walks every stack.
//
//go:wasmexport collect
func collect() int32 {
	runtime.GC()
	return int32(len(kept))
}

// talk lets another goroutine run.
//
//go:wasmexport talk
func talk(n int32) int32 {
	replies := make(chan int32)
	go func() { replies <- n * 2 }()
	return <-replies
}

//go:wasmimport host throws
func throws()

// fail leaves in this way, from below so many frames.
//
//go:wasmexport fail
func fail(way, depth int32) int32 {
	var frame [64]byte
	fill(frame[:], byte(depth))
	if depth > 0 {
		return fail(way, depth-1) + int32(frame[3])
	}
	switch way {
	case 0:
		panic("on purpose")
	case 1:
		var numbers []int32
		return numbers[way]
	case 2:
		var nothing *int32
		return *nothing
	case 3:
		os.Exit(3)
	case 4:
		throws()
	case 5:
		return *(*int32)(unsafe.Pointer(uintptr(0xfffffff0)))
	case 6:
		return endless(0)
	case 7:
		var lock sync.Mutex
		lock.Unlock()
	case 8:
		select {}
	case 9:
		runtime.Goexit()
	case 10:
		runtime.Breakpoint()
	case 11:
		defer throws()
		panic("while it defers")
	case 12:
		runtime.KeepAlive(allocate(200))
		collect()
		throws()
	case 13:
		collect()
		return endless(0)
	case 14:
		talk(way)
		return endless(0)
	}
	return int32(frame[5])
}

// endless ends when the engine has no more stack, or Go does.
//
//go:noinline
func endless(depth int32) int32 {
	if depth < 0 {
		return depth
	}
	return endless(depth+1) + 1
}
