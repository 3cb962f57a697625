// A program that does what a page that runs it may not want.
package main

import (
	"fmt"
	"os"
	"syscall/js"
	"time"
)

func main() {
	switch os.Args[1] {
	case "connect":
		connect(os.Args[2])
	case "forge":
		forge()
	case "post":
		post(os.Args[2])
	case "throw":
		// A getter that throws.
		js.Global().Get("Function").Get("prototype").Get("caller")
	case "exit":
		// Ends the process or thread that it runs in, and not itself.
		js.Global().Call("eval", "process.exit(7)")
	case "uncaught":
		js.Global().Call("eval", "setTimeout(() => { throw new Error('nobody catches this') })")
		time.Sleep(time.Hour)
	case "loop":
		fmt.Println("looping")
		for {
		}
	case "flood":
		for {
			fmt.Println("more and more and more")
		}
	}
}

// post sends the page a message of the program's own making, and waits.
func post(json string) {
	global := js.Global()
	global.Call("postMessage", global.Get("JSON").Call("parse", json))
	time.Sleep(time.Hour)
}

// connect tries all that a worker has to reach a server.
func connect(url string) {
	global := js.Global()
	attempts := map[string]func() js.Value{
		"fetch":         func() js.Value { return global.Call("fetch", url+"fetch") },
		"importScripts": func() js.Value { return global.Call("importScripts", url+"import.js") },
		"WebSocket":     func() js.Value { return global.Get("WebSocket").New("ws" + url[len("http"):] + "socket") },
		"EventSource":   func() js.Value { return global.Get("EventSource").New(url + "events") },
		"Worker":        func() js.Value { return global.Get("Worker").New(url + "worker.js") },
		"XMLHttpRequest": func() js.Value {
			request := global.Get("XMLHttpRequest").New()
			request.Call("open", "GET", url+"xhr", false)
			request.Call("send")
			return js.Undefined()
		},
	}
	for name, attempt := range attempts {
		fmt.Println(name, result(attempt))
	}
}

// result waits for a promise, if it is one.
func result(attempt func() js.Value) (outcome string) {
	defer func() {
		if recover() != nil {
			outcome = "threw"
		}
	}()
	value := attempt()
	if value.Type() != js.TypeObject || value.Get("then").Type() != js.TypeFunction {
		return "returned"
	}
	done := make(chan string)
	settle := func(how string) js.Func {
		return js.FuncOf(func(js.Value, []js.Value) any {
			go func() { done <- how }()
			return nil
		})
	}
	value.Call("then", settle("fulfilled"), settle("rejected"))
	return <-done
}

// forge says what only the page's own scripts should say, in every way that a worker has.
func forge() {
	global := js.Global()
	output := map[string]any{"type": "output", "output": map[string]any{"stream": "stdout", "text": "forged"}}
	exited := map[string]any{"type": "exited", "code": 42, "milliseconds": 1}
	channel := global.Get("BroadcastChannel").New("gowasp")
	for i := 0; i < 1000; i++ {
		for _, message := range []any{output, exited} {
			global.Call("postMessage", message)
			channel.Call("postMessage", message)
		}
	}
	// What the worker has already bound cannot be caught by replacing it.
	global.Get("MessagePort").Get("prototype").Set("postMessage", js.FuncOf(func(port js.Value, _ []js.Value) any {
		panic("caught the port")
	}))
	fmt.Println("done")
}
