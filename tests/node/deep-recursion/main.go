// Command deep-recursion goes deeper than engines have stack, in many ways: `deep-recursion KIND LEVELS`. Every level counts, so
// that a frame that is lost or runs twice changes the sum.
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

var kinds = map[string]func(levels int) int{
	"direct":     direct,
	"mutual":     even,
	"interface":  func(levels int) int { return adders[0].add(levels) },
	"closure":    closure,
	"defer":      deferred,
	"panic":      raised,
	"goexit":     ended,
	"goroutines": goroutines,
	"collect":    collect,
	"callers":    func(levels int) int { return callers(levels/5) * 5 },
	"again":      again,
	"frames":     func(levels int) int { return large(levels / 1000) },
	"beneath":    func(levels int) int { return beneath(levels) + beneath(levels) - levels },
	"tree":       func(levels int) int { return build(levels).count() },
	"limit":      limited,
}

func main() {
	levels, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	fmt.Println(os.Args[1], kinds[os.Args[1]](levels))
}

//go:noinline
func direct(n int) int {
	if n == 0 {
		return 0
	}
	return direct(n-1) + 1
}

//go:noinline
func even(n int) int {
	if n == 0 {
		return 0
	}
	return odd(n-1) + 1
}

//go:noinline
func odd(n int) int {
	if n == 0 {
		return 0
	}
	return even(n-1) + 1
}

type adder interface{ add(n int) int }

type one struct{ by int }

type two struct{ a, b int }

var adders = []adder{&one{1}, &two{3, 2}}

func (o *one) add(n int) int {
	if n == 0 {
		return 0
	}
	return adders[n&1].add(n-1) + o.by
}

func (t *two) add(n int) int {
	if n == 0 {
		return 0
	}
	return adders[n&1].add(n-1) + t.a - t.b
}

func closure(levels int) int {
	sum := 0
	var down func(n int)
	down = func(n int) {
		if n > 0 {
			down(n - 1)
			sum++
		}
	}
	down(levels)
	return sum
}

//go:noinline
func deferred(n int) (sum int) {
	if n == 0 {
		return 0
	}
	defer func() { sum += deferred(n - 1) }()
	return 1
}

var errBottom = errors.New("bottom")

// raised panics at the bottom; every thousandth level recovers and panics again.
func raised(levels int) (sum int) {
	defer func() {
		if recover() != errBottom {
			panic("another panic")
		}
		sum = recovered
	}()
	fall(levels)
	return -1
}

var recovered int

//go:noinline
func fall(n int) {
	if n == 0 {
		panic(errBottom)
	}
	if n%1000 == 0 {
		defer func() {
			recovered += 1000
			panic(recover())
		}()
	}
	fall(n - 1)
}

// ended ends a goroutine at the bottom; its deferred calls, deep themselves, run on the way.
func ended(levels int) int {
	sums := make(chan int)
	go func() {
		sum := 0
		defer func() { sums <- sum }()
		defer func() { sum = direct(levels) }()
		leave(levels)
	}()
	return <-sums
}

//go:noinline
func leave(n int) {
	if n == 0 {
		runtime.Goexit()
	}
	leave(n - 1)
}

// goroutines go down by turns.
func goroutines(levels int) int {
	sums := make(chan int)
	for g := 0; g < 4; g++ {
		go func() { sums <- yielding(levels / 4) }()
	}
	return <-sums + <-sums + <-sums + <-sums
}

func yielding(n int) int {
	if n == 0 {
		return 0
	}
	if n%500 == 0 {
		runtime.Gosched()
	}
	return yielding(n-1) + 1
}

type node struct {
	next  *node
	value int
}

// collect keeps an object at every level that only its frame holds, and collects garbage at some.
func collect(levels int) int {
	debug.SetGCPercent(400)
	return hold(&node{}, levels)
}

func hold(last *node, n int) int {
	own := &node{last, 1}
	if n%20_000 == 1 {
		runtime.GC()
	}
	if n == 0 {
		return 0
	}
	sum := hold(own, n-1)
	if own.next != last {
		panic("lost")
	}
	return sum + own.value
}

func callers(n int) int {
	if n > 0 {
		return callers(n-1) + 1
	}
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	for {
		frame, more := frames.Next()
		if !strings.HasSuffix(frame.Function, "main.callers") {
			panic(frame.Function)
		}
		if !more {
			return 0
		}
	}
}

// again goes down often, with a stack that has grown and one that was given back.
func again(levels int) int {
	sum := 0
	for round := 0; round < 5; round++ {
		sum += direct(levels) + closure(levels/2) - levels/2
		if round%2 == 1 {
			for i := 0; i < 3; i++ {
				runtime.GC()
			}
		}
	}
	return sum / 5
}

// large has frames of more than the part of Go's stack that may be on the engine's, small ones between.
//
//go:noinline
func large(n int) int {
	var frame [100_000]byte
	frame[n%len(frame)] = 1
	if n == 0 {
		return 0
	}
	sum := large(n-1) + direct(999)
	return sum + int(frame[n%len(frame)])
}

// beneath goes deep below a large frame.
//
//go:noinline
func beneath(levels int) int {
	var frame [300_000]byte
	frame[levels%len(frame)] = 1
	sum := direct(levels)
	return sum + int(frame[levels%len(frame)]) - 1
}

type tree struct{ left, right *tree }

func build(n int) *tree {
	var root *tree
	for i := 0; i < n; i++ {
		if i%2 == 0 {
			root = &tree{left: root}
		} else {
			root = &tree{right: root}
		}
	}
	return root
}

func (t *tree) count() int {
	if t == nil {
		return 0
	}
	return t.left.count() + t.right.count() + 1
}

// limited ends at the limit of Go's stack.
func limited(levels int) int {
	debug.SetMaxStack(levels)
	return direct(1 << 40)
}
