// Command stacks recurses deeply and lets goroutine stacks grow while pointers into them are alive: Go copies a stack that
// grows, and every pointer into it must move along.
package main

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
)

func main() {
	fmt.Println("depth", depth(5000))
	fmt.Println("even", even(4001), odd(4001))
	fmt.Println("ackermann", ackermann(2, 9))
	pointersIntoFrames()
	growInGoroutines(64)
	largeFrames()
	growInDefer()
	growThroughInterfaces()
	fmt.Println("hanoi", hanoi(12, "a", "b", "c"))
	unwindDeepPanic(3000)
}

func depth(n int) int {
	if n == 0 {
		return 0
	}
	return 1 + depth(n-1)
}

func even(n int) bool { return n == 0 || odd(n-1) }
func odd(n int) bool  { return n != 0 && even(n-1) }

func ackermann(m, n int) int {
	switch {
	case m == 0:
		return n + 1
	case n == 0:
		return ackermann(m-1, 1)
	}
	return ackermann(m-1, ackermann(m, n-1))
}

// pointersIntoFrames hands the address of a local down a recursion that makes the stack grow.
func pointersIntoFrames() {
	var sum int
	var trail [8]int
	done := make(chan bool)
	go func() {
		local := 0
		addThrough(&local, &trail, 2000)
		sum = local
		done <- true
	}()
	<-done
	fmt.Println("through pointer", sum, trail)
}

//go:noinline
func addThrough(total *int, trail *[8]int, n int) {
	if n == 0 {
		return
	}
	here := n
	*total += here
	trail[n%8]++
	addThrough(total, trail, n-1)
	*total += here - n
}

// growInGoroutines grows many stacks in turn, switching goroutines at every level.
func growInGoroutines(n int) {
	var wg sync.WaitGroup
	results := make([]int, n)
	for g := 0; g < n; g++ {
		wg.Add(1)
		go func(g int) {
			defer wg.Done()
			results[g] = climb(g, 60+g)
		}(g)
	}
	wg.Wait()
	total := 0
	for _, r := range results {
		total += r
	}
	fmt.Println("climbed", total)
}

func climb(id, level int) int {
	var buffer [40]int
	for i := range buffer {
		buffer[i] = id + level + i
	}
	if level%16 == 0 {
		runtime.Gosched()
	}
	if level == 0 {
		return buffer[39]
	}
	below := climb(id, level-1)
	return below + buffer[level%40] - buffer[0]
}

type block struct{ data [1500]int }

// largeFrames has frames of 12 and 24 KB, passed and returned by value.
func largeFrames() {
	var b block
	for i := range b.data {
		b.data[i] = i
	}
	fmt.Println("large", checksum(rotate(rotate(b, 7), 1493)), checksum(b))
}

//go:noinline
func rotate(b block, by int) block {
	var r block
	for i, v := range b.data {
		r.data[(i+by)%len(b.data)] = v
	}
	return r
}

//go:noinline
func checksum(b block) (h uint64) {
	for i, v := range b.data {
		h = h*31 + uint64(v*i)
	}
	return h
}

func growInDefer() {
	total := 0
	func() {
		defer func() { total += depth(3000) }()
		defer func() {
			recover()
			total += depth(1000)
		}()
		panic("grow while panicking")
	}()
	fmt.Println("in defer", total)
}

type visitor interface {
	visit(n int, path *strings.Builder)
}
type left struct{ other visitor }
type right struct{ other visitor }

func (l *left) visit(n int, path *strings.Builder) {
	if n > 0 {
		path.WriteByte('l')
		l.other.visit(n-1, path)
	}
}

func (r right) visit(n int, path *strings.Builder) {
	if n > 0 {
		path.WriteByte('r')
		r.other.visit(n-2, path)
	}
}

func growThroughInterfaces() {
	l := &left{}
	l.other = right{l}
	var path strings.Builder
	done := make(chan bool)
	go func() { l.visit(6000, &path); close(done) }()
	<-done
	fmt.Println("visited", path.Len(), strings.Count(path.String(), "lr"))
}

func hanoi(n int, from, to, via string) int {
	if n == 0 {
		return 0
	}
	return hanoi(n-1, from, via, to) + 1 + hanoi(n-1, via, to, from)
}

// unwindDeepPanic panics at the bottom of a deep recursion with a deferred call at every hundredth level.
func unwindDeepPanic(n int) {
	levels := 0
	var descend func(n int)
	descend = func(n int) {
		if n%100 == 0 {
			defer func() { levels++ }()
		}
		if n == 0 {
			panic("bottom")
		}
		descend(n - 1)
	}
	defer func() { fmt.Println("unwound", recover(), levels) }()
	descend(n)
}
