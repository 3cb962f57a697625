// A program with what traces are made of: inlined calls, closures, generic functions, methods, goroutines, and ends of all kinds.
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sort"
	"unsafe"
)

type shape interface{ area() int }

type square struct{ side int }

func (s *square) area() int { return s.side * s.side }

// double and twice are inlined into their callers.
func double(n int) int { return twice(n) }

func twice(n int) int {
	if n > 1000 {
		panic(errors.New("too large"))
	}
	return n + n
}

func largest[T int | string](values []T) T {
	best := values[0]
	for _, value := range values {
		if value > best {
			best = value
		}
	}
	return best
}

//go:noinline
func where() (string, int) {
	_, file, line, _ := runtime.Caller(1)
	return file, line
}

//go:noinline
func divide(a, b int) int { return a / b }

// outside traps, and says in the same line where that is, as Go cannot print a traceback afterwards.
//
//go:noinline
func outside(p uintptr) int { os.Stderr.Write(debug.Stack()); return *(*int)(unsafe.Pointer(p)) }

// further is inlined.
func further(p uintptr) int { return outside(p) }

func main() {
	var s shape = &square{3}
	fmt.Println(s.area(), double(4), largest([]int{1, 5, 3}), largest([]string{"a", "z"}))
	values := []int{3, 1, 2}
	sort.Slice(values, func(i, j int) bool { return values[i] < values[j] })
	file, line := where()
	fmt.Println(values, file != "", line)
	done := make(chan bool)
	go func() {
		fmt.Println(double(5))
		done <- true
	}()
	<-done
	switch os.Getenv("GOWASP_END") {
	case "nil":
		var p *square
		fmt.Println(p.area())
	case "index":
		fmt.Println(values[len(os.Args)+7])
	case "divide":
		fmt.Println(divide(1, len(values)-3))
	case "trap":
		fmt.Println(further(uintptr(0xffff0000 + len(values))))
	default:
		fmt.Println(double(5000))
	}
}
