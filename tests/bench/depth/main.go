// Command depth recurses until the engine's stack ends, or so many levels deep:
//
//	depth KIND [LEVELS [GROWTH [ROUNDS]]]
//
// It prints the address of the word that holds how deep it is, for hosts that can read memory after a trap.
package main

import (
	"bytes"
	"os"
	"runtime/debug"
	"strconv"
	"time"
	"unsafe"
)

// deepest is written at every level.
var deepest int

var kinds = map[string]func(levels int) int{
	"direct":    direct,
	"mutual":    even,
	"interface": func(levels int) int { return walkers[0].walk(levels) },
	"closure":   closure,
	"defer":     deferred,
	"tree":      func(levels int) int { return leftmost(levels).sum() },
	"parser":    parse,
}

func main() {
	recursion := kinds[os.Args[1]]
	levels, growth, rounds := number(2, 1<<40), number(3, 500), number(4, 0)
	// println, because it does not allocate.
	println("counter", uintptr(unsafe.Pointer(&deepest)))
	debug.SetGCPercent(-1)
	var here byte
	grow(growth)
	for i := 0; i < rounds; i++ {
		recursion(300)
		if i%100 == 0 {
			time.Sleep(50 * time.Millisecond) // the engine compiles what is hot in the background
		}
	}
	before := uintptr(unsafe.Pointer(&here))
	recursion(levels)
	if uintptr(unsafe.Pointer(&here)) != before {
		println("the goroutine's stack grew, too")
		os.Exit(3)
	}
	println("returned")
}

// number is an argument, or else what is usual.
func number(at, usual int) int {
	if at >= len(os.Args) {
		return usual
	}
	number, err := strconv.Atoi(os.Args[at])
	if err != nil {
		panic(err)
	}
	return number
}

// grow has the goroutine's stack grow by 120 KiB a level, before the recursion: to grow unwinds the engine's.
//
//go:noinline
func grow(levels int) byte {
	var frame [120 << 10]byte
	frame[levels] = 1
	if levels > 0 {
		frame[0] = grow(levels - 1)
	}
	return frame[0] + frame[levels]
}

//go:noinline
func direct(n int) int {
	deepest++
	if n == 0 {
		return 0
	}
	return direct(n-1) + n
}

//go:noinline
func even(n int) int {
	deepest++
	if n == 0 {
		return 0
	}
	return odd(n-1) + n
}

//go:noinline
func odd(n int) int {
	deepest++
	if n == 0 {
		return 1
	}
	return even(n-1) ^ n
}

type walker interface{ walk(n int) int }

type left struct{ add int }

type right struct{ factor int }

var walkers = []walker{&left{1}, &right{3}}

func (l *left) walk(n int) int {
	deepest++
	if n == 0 {
		return 0
	}
	return walkers[n&1].walk(n-1) + l.add
}

func (r *right) walk(n int) int {
	deepest++
	if n == 0 {
		return 0
	}
	return walkers[n&1].walk(n-1) * r.factor
}

func closure(levels int) int {
	sum := 0
	var down func(n int) int
	down = func(n int) int {
		deepest++
		if n == 0 {
			return sum
		}
		sum += n
		return down(n-1) + 1
	}
	return down(levels)
}

//go:noinline
func deferred(n int) (result int) {
	deepest++
	if n == 0 {
		return 0
	}
	defer func() { result += deferred(n - 1) }()
	return n
}

type node struct {
	left, right *node
	value       int
}

// leftmost is a tree of left branches alone; the last leads back to the first where it takes too many levels.
func leftmost(levels int) *node {
	const most = 1 << 20
	nodes := make([]node, min(levels, most))
	for i := range nodes {
		nodes[i] = node{left: &nodes[(i+1)%len(nodes)], value: i}
	}
	if levels <= most {
		nodes[len(nodes)-1].left = nil
	}
	return &nodes[0]
}

func (n *node) sum() int {
	if n == nil {
		return 0
	}
	deepest++
	return n.left.sum() + n.right.sum() + n.value
}

// parse reads lists of numbers in each other: [1,[1,[1]]]. The text is read again where it takes too many levels.
func parse(levels int) int {
	const most = 1 << 20
	text := bytes.Repeat([]byte("[1,"), min(levels, most))
	if levels <= most {
		text = append(text, bytes.Repeat([]byte("]"), levels)...)
	}
	list, _ := value(text, 0)
	return len(list.([]any))
}

func value(text []byte, at int) (any, int) {
	at %= len(text)
	switch c := text[at]; {
	case c == '[':
		deepest++
		var list []any
		for at++; text[at%len(text)] != ']'; {
			var element any
			if element, at = value(text, at); text[at%len(text)] == ',' {
				at++
			}
			list = append(list, element)
		}
		return list, at + 1
	case c >= '0' && c <= '9':
		start := at
		for at < len(text) && text[at] >= '0' && text[at] <= '9' {
			at++
		}
		number, err := strconv.Atoi(string(text[start:at]))
		if err != nil {
			panic(err)
		}
		return number, at
	}
	panic("neither a number nor a list")
}
