// What every generated program is linked with: a checksum of all that it computes, a limit on how long it runs, and
// goroutines whose results do not depend on their order.
package main

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"sort"
	"strconv"
	"strings"
	"sync"
)

// share is how much of its work a program does, in percent: FUZZ_SHARE, where calls take much longer than usual.
var share = func() int {
	if percent, err := strconv.Atoi(os.Getenv("FUZZ_SHARE")); err == nil {
		return percent
	}
	return 100
}()

// budget is how many calls and rounds of loops one case may have.
var budget = 2500 * share / 100

// mayMove is called before stack checks where the flags of the build say so.
func mayMove() // move_wasm.s

// widen has a stack grow by 16 KiB a level: only with much room left every call can move it, see move_wasm.s.
//
//go:noinline
func widen(levels int) byte {
	var frame [16 << 10]byte
	frame[levels] = 1
	if levels > 0 {
		frame[0] = widen(levels - 1)
	}
	return frame[0] + frame[levels]
}

// levels is how deep a recursion goes that is to go n levels deep.
func levels(n int64) int64 { return n*int64(share)/100 + 1 }

// exhausted is what a case panics with that has used up its budget.
type exhausted struct{}

// Variables that the compiler cannot know the values of.
var (
	zero  = len(os.Args) - len(os.Args)
	one   = zero + 1
	state uint64
	steps int
)

// sink keeps what is stored in it on the heap.
var sink []interface{}

func tick() {
	steps++
	if steps > budget {
		panic(exhausted{})
	}
}

func mix(v uint64) { state = (state ^ v) * 1099511628211 }

func mixString(s string) {
	mix(uint64(len(s)))
	for i := 0; i < len(s); i++ {
		mix(uint64(s[i]))
	}
}

// mixFloat takes all NaNs for one: which bits they have is the engine's choice.
func mixFloat(f float64) {
	if f != f {
		mix(0x7ff8)
		return
	}
	mix(math.Float64bits(f))
}

func mixBool(b bool) {
	if b {
		mix(1)
	} else {
		mix(2)
	}
}

// where mixes in the names and lines of the program's own callers.
func where() {
	var pcs [6]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		frame, more := frames.Next()
		if strings.HasPrefix(frame.Function, "main.") {
			mixString(frame.Function)
			mix(uint64(frame.Line))
		}
		if !more {
			return
		}
	}
}

// clip keeps strings short.
func clip(s string) string {
	if len(s) > 40 {
		return s[len(s)-40:]
	}
	return s
}

// describe is what a panic said, without addresses.
func describe(recovered interface{}) string {
	switch r := recovered.(type) {
	case exhausted:
		return "exhausted"
	case runtime.Error:
		return r.Error()
	case error:
		return "error " + r.Error()
	default:
		return fmt.Sprintf("%T %v", r, r)
	}
}

// attempt runs f; a panic is mixed in and ends there.
func attempt(f func()) {
	defer func() {
		if r := recover(); r != nil {
			mixString(describe(r))
		}
	}()
	f()
}

// run is one case: it prints the checksum, and the panic that ended it.
func run(name string, f func()) {
	state, steps = 14695981039346656037, 0
	ended := ""
	func() {
		defer func() {
			if r := recover(); r != nil {
				ended = " " + describe(r)
			}
		}()
		f()
	}()
	fmt.Printf("%s %016x %d%s\n", name, state, steps, ended)
}

// textSum is a checksum of a text, for code that leaves the program's own alone.
func textSum(s string) int64 {
	sum := int64(len(s))
	for i := 0; i < len(s); i++ {
		sum = sum*31 + int64(s[i])
	}
	return sum
}

// step is a level of a recursion through methods.
type step interface {
	down(n int64, a int64, above *int64) int64
}

// plunge runs a recursion and gives what it gave or what its panic said, with what its levels left in top.
func plunge(recursion func(top *int64) int64) (result int64) {
	var top int64
	defer func() {
		if r := recover(); r != nil {
			result = textSum(describe(r))
		}
		result ^= top * 31
	}()
	return recursion(&top)
}

// elsewhere is plunge in a goroutine of its own, which the recursion may end.
func elsewhere(recursion func(top *int64) int64) int64 {
	results := make(chan int64)
	go func() {
		result := int64(-1)
		defer func() { results <- result }()
		result = plunge(recursion)
	}()
	return <-results
}

// overflow runs a recursion without end on a new stack, which may have so many bytes. Collections would shrink it.
func overflow(bytes int, recursion func(top *int64) int64) {
	debug.SetGCPercent(-1)
	debug.SetMaxStack(bytes)
	fmt.Println(elsewhere(recursion))
}

// number stands for a value of a type that is no integer.
func number(value interface{}) int64 {
	switch v := value.(type) {
	case bool:
		return int64(len(fmt.Sprint(v)))
	case string:
		return int64(len(v))
	case float32:
		return number(float64(v))
	case float64:
		if v != v {
			return 8
		}
		return int64(math.Float64bits(v))
	}
	return 0
}

// choose is a conditional expression.
func choose[T any](condition bool, a, b T) T {
	if condition {
		return a
	}
	return b
}

// keys are the sorted keys of m.
func keys[V any](m map[int]V) []int {
	list := make([]int, 0, len(m))
	for key := range m {
		list = append(list, key)
	}
	sort.Ints(list)
	return list
}

// gather runs a worker in n goroutines and adds up what they give.
func gather(n int, worker func(i int) int64) int64 {
	results := make(chan int64)
	for i := 0; i < n; i++ {
		go func(i int) {
			result := int64(-1)
			defer func() {
				if r := recover(); r != nil {
					result = int64(len(describe(r)))
				}
				results <- result
			}()
			if i%2 == 1 {
				runtime.Gosched()
			}
			result = worker(i)
		}(i)
	}
	total := int64(0)
	for i := 0; i < n; i++ {
		total += <-results
	}
	return total
}

// pipeline sends 0 to n-1 through the stages, each a goroutine, and gives what comes out, in order.
func pipeline(n int, stages ...func(v int64) int64) []int64 {
	source := make(chan int64)
	go func() {
		defer close(source)
		for i := 0; i < n; i++ {
			source <- int64(i)
		}
	}()
	var last <-chan int64 = source
	for i, stage := range stages {
		out := make(chan int64, i%3)
		go func(in <-chan int64, stage func(v int64) int64) {
			defer close(out)
			for v := range in {
				out <- guarded(stage, v)
			}
		}(last, stage)
		last = out
	}
	var list []int64
	for v := range last {
		list = append(list, v)
	}
	return list
}

// guarded is stage(v), or a number that stands for its panic.
func guarded(stage func(v int64) int64, v int64) (result int64) {
	defer func() {
		if r := recover(); r != nil {
			result = int64(len(describe(r)))
		}
	}()
	return stage(v)
}

// merge receives from two producers by select and adds up what they send.
func merge(n int, left, right func(v int64) int64) int64 {
	a, b, done := make(chan int64), make(chan int64, 2), make(chan bool)
	var group sync.WaitGroup
	group.Add(2)
	produce := func(to chan<- int64, f func(v int64) int64) {
		defer group.Done()
		for i := 0; i < n; i++ {
			to <- guarded(f, int64(i))
		}
	}
	go produce(a, left)
	go produce(b, right)
	go func() {
		group.Wait()
		close(done)
	}()
	total := int64(0)
	for received := 0; ; {
		select {
		case v := <-a:
			total += v
			received++
		case v := <-b:
			total += v * 3
			received++
		case <-done:
			if received == 2*n {
				return total
			}
		}
	}
}

// node is a tree on the heap.
type node struct {
	left, right *node
	key         int64
	name        string
	payload     [3]uint32
}

func (n *node) insert(key int64) *node {
	if n == nil {
		return &node{key: key, name: fmt.Sprint(key), payload: [3]uint32{uint32(key)}}
	}
	if key < n.key {
		n.left = n.left.insert(key)
	} else {
		n.right = n.right.insert(key)
	}
	return n
}

func (n *node) walk(visit func(n *node)) {
	if n == nil {
		return
	}
	n.left.walk(visit)
	visit(n)
	n.right.walk(visit)
}
