//go:build js

// Command js_callbacks is called from JavaScript: synchronously and re-entrantly, from promises, timers and events, and while
// other goroutines wait.
package main

import (
	"errors"
	"fmt"
	"sync"
	"syscall/js"
	"time"
)

var global = js.Global()

func main() {
	fmt.Println(await(eval("Promise.resolve(41)")))
	fmt.Println(await(eval("Promise.reject(new Error('rejected'))")))
	fmt.Println(await(eval("new Promise(resolve => setTimeout(resolve, 5, 'later'))")))
	fmt.Println("nested", fibonacci())
	concurrent()
	ordered()
	blockingCallback()
	promiseOfGo()
	panicInCallback()
	released()
	fmt.Println("timers", timers())
	microtasks()
	global.Call("eval", "setTimeout(() => console.log('not reached'), 600000)").Call("unref")
}

func eval(source string) js.Value { return global.Call("eval", "("+source+")") }

// await blocks the goroutine until the promise is settled.
func await(promise js.Value) (string, error) {
	values, errs := make(chan string, 1), make(chan error, 1)
	resolved := js.FuncOf(func(_ js.Value, args []js.Value) any { values <- global.Call("String", args[0]).String(); return nil })
	rejected := js.FuncOf(func(_ js.Value, args []js.Value) any { errs <- js.Error{Value: args[0]}; return nil })
	defer resolved.Release()
	defer rejected.Release()
	promise.Call("then", resolved, rejected)
	select {
	case v := <-values:
		return v, nil
	case err := <-errs:
		return "", err
	}
}

// fibonacci recurses through JavaScript: Go calls JavaScript calls Go, a hundred times over.
func fibonacci() int {
	var fib js.Func
	fib = js.FuncOf(func(_ js.Value, args []js.Value) any {
		n := args[0].Int()
		if n < 2 {
			return n
		}
		return fib.Invoke(n-1).Int() + fib.Invoke(n-2).Int()
	})
	defer fib.Release()
	return eval("f => f(11)").Invoke(fib).Int()
}

func concurrent() {
	var wg sync.WaitGroup
	results := make([]string, 20)
	for i := range results {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			results[i], _ = await(eval(fmt.Sprintf("new Promise(resolve => setTimeout(() => resolve(%d * %d), %d))", i, i, (20-i)%5)))
		}(i)
	}
	wg.Wait()
	fmt.Println(results)
}

// ordered: a callback runs at once when Go calls JavaScript, and the caller goes on after it.
func ordered() {
	trace := []string{}
	callback := js.FuncOf(func(_ js.Value, args []js.Value) any {
		trace = append(trace, "go "+args[0].String())
		return len(trace)
	})
	defer callback.Release()
	trace = append(trace, "before")
	out := eval("f => [1, 2, 3].map(i => f('call ' + i) * 10)").Invoke(callback)
	trace = append(trace, "after "+out.Call("join").String())
	fmt.Println(trace)
}

// blockingCallback waits inside a callback for another goroutine, which can run as long as nothing in JavaScript is needed.
func blockingCallback() {
	requests, replies := make(chan int), make(chan int)
	go func() {
		for n := range requests {
			replies <- n * 2
		}
	}()
	callback := js.FuncOf(func(_ js.Value, args []js.Value) any {
		requests <- args[0].Int()
		return <-replies
	})
	defer callback.Release()
	fmt.Println(eval("f => f(4) + f(5)").Invoke(callback))
	close(requests)
}

// promiseOfGo gives JavaScript a promise that a goroutine settles.
func promiseOfGo() {
	work := js.FuncOf(func(_ js.Value, args []js.Value) any {
		fail := args[0].Bool()
		executor := js.FuncOf(func(_ js.Value, settle []js.Value) any {
			go func() {
				time.Sleep(time.Millisecond)
				if fail {
					settle[1].Invoke(global.Get("Error").New("failed in Go"))
				} else {
					settle[0].Invoke("done in Go")
				}
			}()
			return nil
		})
		defer executor.Release()
		return global.Get("Promise").New(executor)
	})
	defer work.Release()
	fmt.Println(await(eval("async f => (await f(false)) + ', twice'").Invoke(work)))
	_, err := await(eval("async f => { try { await f(true) } catch (e) { throw new Error('seen: ' + e.message) } }").Invoke(work))
	var jsErr js.Error
	fmt.Println(err, errors.As(err, &jsErr))
}

func panicInCallback() {
	callback := js.FuncOf(func(_ js.Value, args []js.Value) (result any) {
		defer func() { result = fmt.Sprint("recovered: ", recover()) }()
		return args[7]
	})
	defer callback.Release()
	fmt.Println(callback.Invoke(1))
}

func released() {
	callback := js.FuncOf(func(js.Value, []js.Value) any { return "alive" })
	fmt.Print(callback.Invoke(), " ")
	callback.Release()
	fmt.Println(callback.Invoke())
}

func timers() (order []int) {
	done := make(chan int)
	for _, ms := range []int{40, 0, 20} {
		ms := ms
		callback := js.FuncOf(func(js.Value, []js.Value) any { go func() { done <- ms }(); return nil })
		defer callback.Release()
		global.Call("setTimeout", callback, ms)
	}
	for len(order) < 3 {
		order = append(order, <-done)
	}
	return order
}

// microtasks: a resolved promise waits until Go gives control back to JavaScript.
func microtasks() {
	trace := make(chan string, 3)
	callback := js.FuncOf(func(js.Value, []js.Value) any { trace <- "microtask"; return nil })
	defer callback.Release()
	global.Get("Promise").Call("resolve").Call("then", callback)
	trace <- "go on"
	fmt.Println(<-trace, <-trace)
}
