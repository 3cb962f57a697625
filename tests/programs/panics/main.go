// Command panics recovers from every kind of panic, nested and repeated, and continues with the right values.
package main

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
)

type shape interface{ area() int }

type square struct{ side int }

func (s *square) area() int { return s.side * s.side }

type node struct {
	padding [5000]byte
	next    *node
	value   int
}

var (
	zero     = 0
	minusOne = -1
	nilMap   map[string]int
	nilNode  *node
	nilShape shape
	anything any = "text"
	five         = []int{0, 1, 2, 3, 4}
)

func main() {
	runtimeErrors()
	nested()
	repanic()
	panicInDefer()
	recoverOnlyWhereItCounts()
	acrossGoroutines()
	goexit()
	manyTimes()
	resultsSurvive()
	customValues()
}

// try runs f and tells what it panicked with.
func try(name string, f func()) {
	defer func() {
		switch r := recover().(type) {
		case nil:
			fmt.Println(name, "went well")
		case runtime.Error:
			fmt.Println(name, "runtime error:", r)
		case error:
			fmt.Println(name, "error:", r)
		default:
			fmt.Printf("%s %T: %v\n", name, r, r)
		}
	}()
	f()
}

func runtimeErrors() {
	try("divide", func() { fmt.Println(5 / zero) })
	try("modulo", func() { fmt.Println(uint8(5) % uint8(zero)) })
	try("nil load", func() { fmt.Println(nilNode.value) })
	try("nil store", func() { nilNode.next = nil })
	try("nil method", func() { fmt.Println(nilShape.area()) })
	try("nil receiver", func() { fmt.Println((*square)(nil).area()) })
	try("nil function", func() { var f func(); f() })
	try("index", func() { fmt.Println(five[len(five)+zero]) })
	try("negative index", func() { fmt.Println(five[minusOne]) })
	try("array index", func() { a := [3]int{}; fmt.Println(a[3+zero]) })
	try("string index", func() { fmt.Println("abc"[3+zero]) })
	try("slice high", func() { fmt.Println(five[2 : 7+zero]) })
	try("slice order", func() { fmt.Println(five[4+zero : 2]) })
	try("slice capacity", func() { fmt.Println(five[1:2:(9 + zero)]) })
	try("slice of string", func() { fmt.Println("abc"[2+zero : 1]) })
	try("slice to array", func() { fmt.Println([7]int(five)) })
	try("make", func() { fmt.Println(make([]int, minusOne)) })
	try("make channel", func() { fmt.Println(make(chan int, minusOne)) })
	try("assert concrete", func() { fmt.Println(anything.(int)) })
	try("assert interface", func() { fmt.Println(anything.(shape)) })
	try("assert nil", func() { fmt.Println(any(nil).(int)) })
	try("nil map", func() { nilMap["a"] = 1 })
	try("uncomparable", func() { fmt.Println(any(five) == any(five)) })
	try("closed send", func() { c := make(chan int); close(c); c <- 1 })
	try("close twice", func() { c := make(chan int); close(c); close(c) })
	try("close nil", func() { var c chan int; close(c) })
	try("negative shift", func() { fmt.Println(1 << minusOne) })
	try("wrapped error", func() { panic(fmt.Errorf("wrapped: %w", errors.ErrUnsupported)) })
	try("nothing", func() {})
	unhashable()
	_, ok := anything.(int)
	fmt.Println("comma ok", ok, nilMap["absent"], len(nilMap))
}

// unhashable does not print the message: releases word it differently.
func unhashable() {
	defer func() { fmt.Println("unhashable", recover() != nil) }()
	fmt.Println(map[any]int{}[[]int{1}])
}

func nested() {
	try("outer", func() {
		try("inner", func() {
			defer func() { fmt.Println("deferred in inner") }()
			panic("inner value")
		})
		panic("outer value")
	})
}

func repanic() {
	try("repanic", func() {
		defer func() {
			r := recover()
			panic(fmt.Sprint("again: ", r))
		}()
		panic("first")
	})
}

func panicInDefer() {
	try("replaced", func() {
		defer func() { fmt.Println("last sees", recover()); panic("third") }()
		defer func() { panic("second") }()
		panic("first")
	})
}

// recoverOnlyWhereItCounts: recover works in the deferred function itself, not in one that it calls.
func recoverOnlyWhereItCounts() {
	helper := func() any { return recover() }
	try("too deep", func() {
		defer func() { fmt.Println("helper got", helper()) }()
		panic("still here")
	})
	try("direct", func() {
		defer recover()
		panic("not stopped by defer recover()")
	})
	fmt.Println("no panic", recover())
}

func acrossGoroutines() {
	errs := make(chan string)
	for i := 0; i < 3; i++ {
		go func(i int) {
			defer func() { errs <- fmt.Sprint(recover()) }()
			fmt.Println(five[i*10-1])
		}(i)
	}
	got := []string{<-errs, <-errs, <-errs}
	joined := strings.Join(got, "; ")
	fmt.Println(strings.Contains(joined, "[-1]"), strings.Contains(joined, "[9]"), strings.Contains(joined, "[19]"))
}

func goexit() {
	done := make(chan string, 3)
	go func() {
		defer close(done)
		defer func() { done <- fmt.Sprint("recover in Goexit: ", recover()) }()
		func() {
			defer func() { done <- "inner defer" }()
			runtime.Goexit()
		}()
		done <- "not reached"
	}()
	for s := range done {
		fmt.Println(s)
	}
}

func manyTimes() {
	caught := 0
	attempt := func(i int) (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("attempt: %v", r)
			}
		}()
		if i%3 == 0 {
			panic(i)
		}
		_ = five[i%7]
		return nil
	}
	for i := 0; i < 10000; i++ {
		if attempt(i) != nil {
			caught++
		}
	}
	fmt.Println("caught", caught)
}

func resultsSurvive() {
	f := func(fail bool) (a int, s string, err error) {
		a, s = 1, "set"
		defer func() {
			if r := recover(); r != nil {
				a++
				err = fmt.Errorf("%v", r)
			}
		}()
		if fail {
			a = 40
			panic("late")
		}
		return 7, "returned", nil
	}
	fmt.Println(f(false))
	fmt.Println(f(true))
}

type problem struct{ code int }

func (p problem) Error() string { return fmt.Sprint("problem ", p.code) }

func customValues() {
	try("struct", func() { panic(struct{ a, b int }{1, 2}) })
	try("error type", func() { panic(problem{42}) })
	try("pointer error", func() { panic(&problem{43}) })
	defer func() {
		err := recover().(error)
		var p problem
		fmt.Println(errors.As(err, &p), p.code)
	}()
	panic(fmt.Errorf("outer: %w", problem{44}))
}
