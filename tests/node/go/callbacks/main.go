//go:build js && wasm

// Callbacks lets JavaScript call Go: at once, nested, deeply, later, and while Go's stack and memory grow.
// Callbacks do not print: under Node that waits for an event, which cannot come until they have returned.
package main

import (
	"fmt"
	"os"
	"runtime"
	"syscall/js"
	"time"
)

var (
	global = js.Global()
	kit    = global.Get("kit")
	keep   [][]byte
)

func main() {
	arguments()
	nested()
	growth()
	later()
	goroutines()
	released()
	leaks()
	exitInCallback()
}

func arguments() {
	f := js.FuncOf(func(this js.Value, args []js.Value) any {
		text := fmt.Sprint("this ", this.Type())
		for _, arg := range args {
			text += fmt.Sprint(" ", arg.Type(), " ", arg.String())
		}
		return text
	})
	defer f.Release()
	fmt.Println(kit.Call("apply", f, nil, 1, "two", js.Undefined()).String())
	fmt.Println(kit.Call("apply", f, kit).String())
	fmt.Println(f.Invoke(true).String())
	for _, result := range []any{nil, 1.5, "text", true, kit, js.Undefined()} {
		g := js.FuncOf(func(js.Value, []js.Value) any { return result })
		fmt.Println(kit.Call("describe", g.Invoke()).String())
		g.Release()
	}
	construct := js.FuncOf(func(this js.Value, args []js.Value) any {
		this.Set("made", args[0])
		return nil
	})
	defer construct.Release()
	fmt.Println(construct.New("by Go").Get("made").String())
}

func nested() {
	var f js.Func
	f = js.FuncOf(func(_ js.Value, args []js.Value) any {
		n := args[0].Int()
		if n == 0 {
			return 0
		}
		return n + kit.Call("apply", f, nil, n-1).Int()
	})
	defer f.Release()
	fmt.Println("sum by nested calls:", kit.Call("apply", f, nil, 40).Int())

	var recovered any
	throwing := js.FuncOf(func(js.Value, []js.Value) any {
		defer func() { recovered = recover() }()
		kit.Call("fail", "deep")
		return nil
	})
	defer throwing.Release()
	kit.Call("apply", throwing)
	fmt.Println("recovered:", recovered)
}

// growth makes the memory grow while JavaScript is on the stack.
func growth() {
	f := js.FuncOf(func(js.Value, []js.Value) any {
		keep = append(keep, make([]byte, 8<<20))
		keep[len(keep)-1][0] = 1
		return len(keep)
	})
	defer f.Release()
	for i := 0; i < 6; i++ {
		fmt.Println("grown", kit.Call("apply", f, nil, "argument", i).Int(), kit.Get("number").Int())
	}
	keep = nil
	runtime.GC()
}

func later() {
	results := make(chan string)
	then := js.FuncOf(func(_ js.Value, args []js.Value) any {
		results <- "resolved " + args[0].String()
		return nil
	})
	caught := js.FuncOf(func(_ js.Value, args []js.Value) any {
		results <- "rejected " + args[0].Get("message").String()
		return nil
	})
	defer then.Release()
	defer caught.Release()
	for _, fails := range []bool{false, true} {
		kit.Call("promise", fails).Call("then", then, caught)
		fmt.Println(<-results)
	}
	timeout := js.FuncOf(func(js.Value, []js.Value) any {
		results <- "timeout"
		return nil
	})
	defer timeout.Release()
	global.Call("setTimeout", timeout, 2)
	fmt.Println(<-results)
}

// goroutines shows that a callback may wait for other goroutines, but not for JavaScript.
func goroutines() {
	requests, answers := make(chan int), make(chan int)
	go func() {
		for n := range requests {
			answers <- n * n
		}
	}()
	f := js.FuncOf(func(_ js.Value, args []js.Value) any {
		requests <- args[0].Int()
		return <-answers
	})
	defer f.Release()
	fmt.Println("squared elsewhere:", kit.Call("apply", f, nil, 12).Int())
}

func released() {
	f := js.FuncOf(func(js.Value, []js.Value) any { return 1 })
	f.Release()
	fmt.Println("released:", f.Invoke().Type()) // and a message on the console
}

// leaks makes many values, so that slots are given back and used again.
func leaks() {
	for round := 0; round < 5; round++ {
		for i := 0; i < 2000; i++ {
			object := global.Get("Object").New()
			object.Set("i", i)
			if object.Get("i").Int() != i || js.ValueOf(fmt.Sprint("text ", i)).String() != fmt.Sprint("text ", i) {
				fmt.Println("a value changed")
			}
		}
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	fmt.Println("values kept apart")
}

// exitInCallback ends the program with JavaScript, and Go below it, on the stack.
func exitInCallback() {
	f := js.FuncOf(func(js.Value, []js.Value) any {
		os.Exit(9)
		return nil
	})
	kit.Call("apply", f)
	fmt.Println("not reached")
}
