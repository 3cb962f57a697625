//go:build js && wasm

// Reactor exports a function that JavaScript calls while Go waits for it, and later.
package main

import "syscall/js"

//go:wasmexport deep
func deep(n int32) int32 {
	var pad [64]byte
	if n == 0 {
		return int32(pad[3])
	}
	pad[n%64] = 1
	return deep(n-1) + int32(pad[n%64])
}

func main() {
	done := make(chan float64)
	go func() { // a goroutine starts with a small stack, which the exported function makes grow
		object := js.Global().Get("object")
		total := object.Get("value").Float()
		total += object.Call("method", 1).Float()
		total += object.Get("proxy").Index(3).Float()
		done <- total
	}()
	js.Global().Call("ready", <-done)
	select {}
}
