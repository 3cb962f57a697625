// Command recursion has small functions that call themselves, each of which does something at every level that finds its
// frames on the stack: asks who calls, gives the processor away, collects garbage, panics, ends the goroutine.
package main

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
)

func main() {
	fmt.Println(fibonacci(20))
	fmt.Println(strings.Join(lines(5), " "))
	fmt.Println(handOver(make(chan int), 40))
	fmt.Println(together(30))
	fmt.Println(collect(&node{}, 12))
	for _, depth := range []int{0, 1, 2, 7, 300} {
		fmt.Println(depth, raise(depth), index([]int{1, 2, 3}, depth%5))
	}
	fmt.Println(ended(50))
	fmt.Println(deferring(6))
	fmt.Println(generic(9, 1.5), generic(9, "x"))
}

func fibonacci(n int) int {
	if n < 2 {
		return n
	}
	return fibonacci(n-1) + fibonacci(n-2)
}

// lines names the function and the line of each frame, innermost first.
func lines(n int) []string {
	if n > 0 {
		return lines(n - 1)
	}
	pcs := make([]uintptr, 16)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	var found []string
	for {
		frame, more := frames.Next()
		if strings.HasPrefix(frame.Function, "main.") {
			found = append(found, fmt.Sprintf("%s:%d", frame.Function, frame.Line))
		}
		if !more {
			return found
		}
	}
}

// handOver starts a goroutine at every level and waits for it, so that every frame is left and entered again.
func handOver(numbers chan int, n int) int {
	if n == 0 {
		return 0
	}
	go func() { numbers <- n }()
	return <-numbers + handOver(numbers, n-1)
}

// together has many goroutines inside the same function at the same time.
func together(n int) int {
	sums := make(chan int)
	for g := 0; g < n; g++ {
		go func(g int) { sums <- yielding(g) }(g)
	}
	total := 0
	for g := 0; g < n; g++ {
		total += <-sums
	}
	return total
}

func yielding(n int) int {
	if n == 0 {
		return 1
	}
	runtime.Gosched()
	return n + yielding(n-1)
}

type node struct {
	next  *node
	value int
}

// collect keeps a new object at every level, which only its frame holds.
func collect(last *node, n int) int {
	own := &node{last, n * n}
	if n > 0 {
		runtime.GC()
		n = collect(own, n-1)
	}
	return n + own.value + own.next.value
}

var errDeep = errors.New("deep")

func raise(n int) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = fmt.Errorf("recovered: %w", value.(error))
		}
	}()
	fall(n)
	return nil
}

//go:noinline
func fall(n int) {
	if n == 0 {
		panic(errDeep)
	}
	fall(n - 1)
}

// index runs out of bounds at some depth.
func index(values []int, n int) (result string) {
	defer func() {
		if value := recover(); value != nil {
			result = fmt.Sprint(value)
		}
	}()
	return fmt.Sprint(at(values, n, n))
}

func at(values []int, from, n int) int {
	if n == 0 {
		return values[from]
	}
	return at(values, from, n-1)
}

// ended ends a goroutine in the middle of it.
func ended(n int) string {
	done := make(chan string)
	go func() {
		defer func() { done <- "ended" }()
		leave(n)
	}()
	return <-done
}

func leave(n int) {
	if n == 0 {
		runtime.Goexit()
	}
	leave(n - 1)
}

func deferring(n int) (trail string) {
	if n == 0 {
		return "."
	}
	defer func() { trail += fmt.Sprint(n) }()
	return deferring(n - 1)
}

func generic[T any](n int, value T) []T {
	if n == 0 {
		return []T{value}
	}
	return append(generic(n-3, value), value)
}
