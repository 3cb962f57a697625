// Command callers asks the runtime where it is: program counters to names, files and lines, through inlined calls, deferred
// calls, goroutines and method values, and in a stack dump.
package main

import (
	"fmt"
	"path"
	"reflect"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
)

type receiver struct{ n int }

func (r *receiver) pointerMethod() string { return here() }
func (r receiver) valueMethod() string    { return here() }

type locator interface{ valueMethod() string }

func main() {
	fmt.Println(here())
	fmt.Println(inlined())
	fmt.Println((&receiver{}).pointerMethod(), receiver{}.valueMethod())
	var l locator = &receiver{}
	fmt.Println(l.valueMethod())
	func() { fmt.Println(here()) }()
	f := (&receiver{}).pointerMethod
	fmt.Println(f())
	goroutine()
	deferred()
	functionNames()
	frames()
	dump()
	skipping()
	recoveredWhere()
	sameNumberTwice()
}

// here is the caller's function, file and line.
//
//go:noinline
func here() string {
	pc, file, line, ok := runtime.Caller(1)
	return fmt.Sprintf("%s %s:%d %v", short(runtime.FuncForPC(pc).Name()), path.Base(file), line, ok)
}

// short leaves out the number of a closure: releases count them differently.
func short(name string) string {
	return regexp.MustCompile(`(\.func\d+|\.\d+|\.gowrap\d+)+$`).ReplaceAllString(path.Base(name), ".closure")
}

func inlined() string { return inlinedTwice() }

func inlinedTwice() string {
	return here()
}

func goroutine() {
	c := make(chan string)
	go func() { c <- here() }()
	fmt.Println(<-c)
	go named(c)
	fmt.Println(<-c)
}

func named(c chan<- string) { c <- here() }

func deferred() {
	defer func() {
		fmt.Println(here())
	}()
	defer fmt.Println(here())
	if len(here()) > 0 {
		return
	}
	fmt.Println("not reached")
}

func functionNames() {
	generic := mapKeys[string, receiver]
	for _, f := range []any{main, here, fmt.Sprintf, strings.ToUpper, (*receiver).pointerMethod, receiver.valueMethod, generic, func() {}} {
		pc := reflect.ValueOf(f).Pointer()
		fn := runtime.FuncForPC(pc)
		file, line := fn.FileLine(pc)
		inMain := strings.HasPrefix(fn.Name(), "main.")
		fmt.Println(short(fn.Name()), path.Base(file), inMain && line > 0, fn.Entry() == pc)
	}
	fmt.Println(runtime.FuncForPC(1) == nil)
}

func mapKeys[K comparable, V any](m map[K]V) (keys []K) {
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}

// frames walks the whole stack; the inlined frame has to be among the others.
func frames() {
	collect := func() []uintptr {
		pcs := make([]uintptr, 32)
		return pcs[:runtime.Callers(1, pcs)]
	}
	pcs := viaInlined(collect)
	iterator := runtime.CallersFrames(pcs)
	for {
		frame, more := iterator.Next()
		fmt.Printf("  %s %s:%d func=%v\n", short(frame.Function), path.Base(frame.File), mainLine(frame), frame.Func != nil)
		if !more || frame.Function == "main.main" {
			break
		}
	}
}

func viaInlined(f func() []uintptr) []uintptr {
	return viaNotInlined(f)
}

//go:noinline
func viaNotInlined(f func() []uintptr) []uintptr {
	return f()
}

// mainLine is the line in this program; the runtime's lines differ between releases.
func mainLine(f runtime.Frame) int {
	if strings.HasPrefix(f.Function, "main.") {
		return f.Line
	}
	return 0
}

func dump() {
	stack := string(debug.Stack())
	for _, line := range strings.Split(stack, "\n") {
		if strings.HasPrefix(line, "goroutine ") || strings.HasPrefix(line, "main.") {
			fmt.Println("  " + regexp.MustCompile(`\(.*`).ReplaceAllString(line, ""))
		} else if strings.Contains(line, "callers/main.go") {
			fmt.Println("   ", regexp.MustCompile(`^.*/|[+ ]0x.*$`).ReplaceAllString(line, ""))
		}
	}
	buf := make([]byte, 64)
	fmt.Println(runtime.Stack(buf, false), strings.HasPrefix(string(buf), "goroutine 1 [running]:\n"))
}

func skipping() {
	for skip := 0; skip < 3; skip++ {
		_, file, line, ok := outer(skip)
		if skip == 2 {
			line = 0 // main.main's line is told elsewhere
		}
		fmt.Println(skip, path.Base(file), line, ok)
	}
	_, _, _, ok := runtime.Caller(100)
	fmt.Println("too far", ok, runtime.Callers(100, make([]uintptr, 1)))
}

func outer(skip int) (uintptr, string, int, bool) { return inner(skip) }

func inner(skip int) (uintptr, string, int, bool) { return runtime.Caller(skip) }

// recoveredWhere finds the line that panicked from inside the deferred call.
func recoveredWhere() {
	defer func() {
		err := recover()
		pcs := make([]uintptr, 16)
		iterator := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
		for {
			frame, more := iterator.Next()
			if frame.Function == "main.explode" {
				fmt.Println(err, frame.Function, path.Base(frame.File), frame.Line)
			}
			if !more {
				return
			}
		}
	}()
	explode(nil)
}

//go:noinline
func explode(r *receiver) int {
	before := 1
	return before +
		r.n
}

func sameNumberTwice() {
	var seen [2]uintptr
	for i := range seen {
		pc, _, _, _ := runtime.Caller(0)
		seen[i] = pc
	}
	fmt.Println("stable", seen[0] == seen[1], seen[0] != 0)
}
