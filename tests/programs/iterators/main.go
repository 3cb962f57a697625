//go:build go1.23

// Command iterators ranges over integers and functions, with break, continue, return, defer and panic in the loop body, and
// pulls values from an iterator, which runs as a coroutine.
package main

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
)

func main() {
	integers()
	fmt.Println(firstOver(upTo(100), 7))
	pairs()
	nested()
	pulling()
	fmt.Println(deferring())
	panicking()
	perIteration()
	adapters()
	recursive()
}

func upTo(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer fmt.Print("[end] ")
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func integers() {
	sum := 0
	for i := range 10 {
		sum += i
	}
	for range 3 {
		sum *= 2
	}
	for i := range uint8(4) {
		sum += int(i)
	}
	fmt.Println(sum)
}

func firstOver(seq iter.Seq[int], limit int) int {
	for v := range seq {
		if v%2 == 0 {
			continue
		}
		if v > limit {
			return v
		}
	}
	return -1
}

func pairs() {
	words := strings.Fields("zero one two three")
	for i, w := range slices.Backward(words) {
		if i == 1 {
			break
		}
		fmt.Print(i, w, " ")
	}
	fmt.Println(slices.Sorted(maps.Keys(map[string]int{"b": 1, "a": 2})))
}

func nested() {
	total := 0
outer:
	for a := range upTo(5) {
		for b := range upTo(5) {
			switch {
			case a == 1:
				continue outer
			case a == 3:
				break outer
			case b == 3:
				continue
			}
			total += a*10 + b
		}
	}
	fmt.Println("nested", total)
}

func pulling() {
	next, stop := iter.Pull(upTo(4))
	a, ok := next()
	b, _ := next()
	stop()
	c, after := next()
	fmt.Println(a, b, ok, c, after)
	odd, stopOdd := iter.Pull2(func(yield func(string, int) bool) {
		for i := 1; yield(fmt.Sprint("k", i), i); i += 2 {
		}
	})
	defer stopOdd()
	sum := 0
	for range 1000 {
		_, v, _ := odd()
		sum += v
	}
	fmt.Println("pulled", sum)
}

func deferring() (s string) {
	for i := range upTo(3) {
		defer func() { s += fmt.Sprint("d", i) }()
	}
	for i := range upTo(9) {
		if i == 2 {
			return "returned "
		}
	}
	return "not reached"
}

func panicking() {
	defer func() { fmt.Println("recovered", recover()) }()
	for i := range upTo(5) {
		func() {
			defer func() { recover() }()
			panic("inner")
		}()
		if i == 2 {
			panic("in the body")
		}
	}
}

func perIteration() {
	var fs []func() int
	for i := 0; i < 4; i++ {
		fs = append(fs, func() int { i += 10; return i })
		i += 0
	}
	fmt.Println(fs[0](), fs[0](), fs[3]())
}

func adapters() {
	filter := func(seq iter.Seq[int], keep func(int) bool) iter.Seq[int] {
		return func(yield func(int) bool) {
			seq(func(v int) bool { return !keep(v) || yield(v) })
		}
	}
	multiples := filter(filter(upTo(60), func(v int) bool { return v%2 == 0 }), func(v int) bool { return v%3 == 0 })
	fmt.Println(slices.Collect(multiples), slices.Collect(slices.Chunk([]int{1, 2, 3, 4, 5}, 2)))
}

type tree struct {
	left, right *tree
	value       int
}

func (t *tree) all() iter.Seq[int] {
	return func(yield func(int) bool) { t.push(yield) }
}

func (t *tree) push(yield func(int) bool) bool {
	return t == nil || t.left.push(yield) && yield(t.value) && t.right.push(yield)
}

func recursive() {
	var root *tree
	for _, v := range []int{5, 2, 8, 1, 9, 3} {
		place := &root
		for *place != nil {
			if v < (*place).value {
				place = &(*place).left
			} else {
				place = &(*place).right
			}
		}
		*place = &tree{value: v}
	}
	for v := range root.all() {
		if v > 8 {
			break
		}
		fmt.Print(v, " ")
	}
	fmt.Println()
}
