// A program that looks at its own stack in all ways that Go has, and dies in the way that its argument names. What it writes to
// standard output holds no name, file or line, so that it is the same when Go's tables are stripped.
package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"sync"
)

type value struct{ n int }

// Get is called through a wrapper, which calls panicwrap if there is no value.
//
//go:noinline
func (v value) Get() int { return v.n }

type getter interface{ Get() int }

//go:noinline
func deep(n int) int {
	var pad [64]int
	pad[n%64] = n
	if n == 0 {
		return pad[0]
	}
	return deep(n-1) + pad[n%64] - n
}

func inlined(p *int) int { return *p }

func waiting(c chan int) { <-c }

//go:noinline
func outer(p *int) int { return inlined(p) + 1 }

//go:noinline
func generic[V any](v V, fail func(V)) { fail(v) }

// recovered also shows that the function which recovers continues where it defers.
func recovered(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	f()
	return nil
}

func growing() {
	var group sync.WaitGroup
	for i := 0; i < 4; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			fmt.Println(deep(3000))
		}()
	}
	group.Wait()
}

// frames walks the stack as log and pprof do.
func frames() {
	var pcs [16]uintptr
	known := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs[:])])
	for {
		frame, more := known.Next()
		if frame.Function == "" || runtime.FuncForPC(frame.PC).Name() == "" {
			fmt.Println("a frame has no name")
		}
		if !more {
			break
		}
	}
	_, _, _, ok := runtime.Caller(0)
	_, _, _, beyond := runtime.Caller(1000)
	fmt.Println(ok, beyond)
	var profile bytes.Buffer
	for _, level := range []int{0, 1, 2} {
		if err := pprof.Lookup("goroutine").WriteTo(&profile, level); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(profile.Len() > 0)
}

// The collector finds arguments of this function by the name of the stub that reflect calls it through.
func reflected() {
	kind := reflect.TypeOf(func(*int, []string) *int { return nil })
	made := reflect.MakeFunc(kind, func(arguments []reflect.Value) []reflect.Value {
		runtime.GC()
		deep(2000)
		return arguments[:1]
	})
	n := 7
	fmt.Println(*made.Interface().(func(*int, []string) *int)(&n, strings.Fields("a b")))
}

func main() {
	debug.SetGCPercent(1)
	growing()
	frames()
	reflected()
	for _, fail := range []func(){
		func() { outer(nil) },
		func() { var g getter = (*value)(nil); g.Get() },
		func() { reflect.ValueOf(3).Len() },
		func() { reflect.ValueOf("x").NumField() },
		func() { panic(errors.New("own")) },
		func() { generic("x", func(string) { panic("generic") }) },
	} {
		fmt.Println(recovered(fail))
	}
	os.Stderr.Write(debug.Stack())
	switch os.Args[len(os.Args)-1] {
	case "nil":
		done := make(chan bool)
		go func() { defer fmt.Println("deferred"); outer(nil); done <- true }()
		<-done
	case "again":
		defer func() { panic(fmt.Sprint("again: ", recover())) }()
		func() { strings.Repeat("x", -1) }()
	case "deadlock":
		var lock sync.Mutex
		lock.Lock()
		go func() { lock.Lock() }()
		lock.Lock()
	case "key":
		var m map[any]int
		fmt.Println(m[func() {}])
	case "generic":
		generic(3, func(n int) { generic("x", func(string) { _ = make([]int, n-4) }) })
	case "profile":
		var profile bytes.Buffer
		group := sync.WaitGroup{}
		for range [2]int{} {
			group.Add(1)
			go generic(&group, func(group *sync.WaitGroup) { group.Done(); waiting(make(chan int)) })
		}
		group.Wait()
		if err := pprof.Lookup("goroutine").WriteTo(&profile, 0); err != nil {
			fmt.Println(err)
		}
		fmt.Println("profile", base64.StdEncoding.EncodeToString(profile.Bytes()))
	case "throw":
		m := map[int]int{}
		for i := range []int{1, 2} {
			defer func() { m[i] = i }()
		}
		runtime.Goexit()
	}
}
