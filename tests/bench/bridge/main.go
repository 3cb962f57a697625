//go:build js && wasm

// Bridge offers loops over single operations of the border between Go and JavaScript, so that a host can time them.
package main

import (
	"syscall/js"
	"time"
)

// Each loop repeats one operation n times.
var loops = map[string]func(n int){
	"Get number":            func(n int) { repeat(n, func() { target.Get("number") }) },
	"Get object":            func(n int) { repeat(n, func() { target.Get("object") }) },
	"Set number":            func(n int) { repeat(n, func() { target.Set("number", 1.5) }) },
	"Index":                 func(n int) { repeat(n, func() { array.Index(3) }) },
	"SetIndex":              func(n int) { repeat(n, func() { array.SetIndex(3, 7) }) },
	"Length":                func(n int) { repeat(n, func() { array.Length() }) },
	"Call, no arguments":    func(n int) { repeat(n, func() { target.Call("nothing") }) },
	"Call, three numbers":   func(n int) { repeat(n, func() { target.Call("sum", 1, 2, 3) }) },
	"Invoke, one number":    func(n int) { repeat(n, func() { nothing.Invoke(1) }) },
	"New, no arguments":     func(n int) { repeat(n, func() { constructor.New() }) },
	"InstanceOf":            func(n int) { repeat(n, func() { array.InstanceOf(constructor) }) },
	"String, 10 ASCII":      func(n int) { repeat(n, func() { _ = text10.String() }) },
	"String, 100 ASCII":     func(n int) { repeat(n, func() { _ = text100.String() }) },
	"String, 10 Greek":      func(n int) { repeat(n, func() { _ = greek10.String() }) },
	"ValueOf, 10 ASCII":     func(n int) { repeat(n, func() { js.ValueOf("abcdefghij") }) },
	"ValueOf, 10 Greek":     func(n int) { repeat(n, func() { js.ValueOf("αβγδεζηθικ") }) },
	"CopyBytesToGo, 16 B":   func(n int) { repeat(n, func() { js.CopyBytesToGo(buffer[:16], bytes16) }) },
	"CopyBytesToJS, 16 B":   func(n int) { repeat(n, func() { js.CopyBytesToJS(bytes16, buffer[:16]) }) },
	"CopyBytesToGo, 4 KiB":  func(n int) { repeat(n, func() { js.CopyBytesToGo(buffer, bytes4096) }) },
	"CopyBytesToJS, 4 KiB":  func(n int) { repeat(n, func() { js.CopyBytesToJS(bytes4096, buffer) }) },
	"FuncOf callback":       func(n int) { repeat(n, func() { target.Call("callBack", callback) }) },
	"time.Now":              func(n int) { repeat(n, func() { time.Now() }) },
	"time.Sleep(1 µs)":      func(n int) { repeat(n, func() { time.Sleep(time.Microsecond) }) },
	"timer channel, 1 µs":   func(n int) { repeat(n, func() { <-time.After(time.Microsecond) }) },
	"goroutine switch only": func(n int) { repeat(n, switchOnce) },
}

var (
	target      = js.Global().Get("bridgeTarget")
	array       = target.Get("array")
	nothing     = target.Get("nothing")
	constructor = js.Global().Get("Object")
	text10      = target.Get("text10")
	text100     = target.Get("text100")
	greek10     = target.Get("greek10")
	bytes16     = target.Get("bytes16")
	bytes4096   = target.Get("bytes4096")
	buffer      = make([]byte, 4096)
	callback    = js.FuncOf(func(js.Value, []js.Value) any { return nil })
)

func repeat(n int, operation func()) {
	for range make([]struct{}, n) {
		operation()
	}
}

func switchOnce() {
	done := make(chan struct{})
	go close(done)
	<-done
}

func main() {
	// run(name, n, done) repeats an operation and reports the nanoseconds it took in all.
	run := js.FuncOf(func(_ js.Value, args []js.Value) any {
		loop, n, done := loops[args[0].String()], args[1].Int(), args[2]
		go func() {
			start := time.Now()
			loop(n)
			done.Invoke(float64(time.Since(start).Nanoseconds()))
		}()
		return nil
	})
	target.Call("ready", run)
	select {}
}
