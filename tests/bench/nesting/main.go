//go:build js && wasm

// Nesting offers functions that call JavaScript, which calls them again, as often as they are told.
package main

import "syscall/js"

func main() {
	kit := js.Global().Get("nesting")
	var byCall, byInvoke, byGet js.Func
	byCall = js.FuncOf(func(_ js.Value, args []js.Value) any {
		n := args[0].Int()
		if n == 0 {
			return 0
		}
		return kit.Call("call", byCall, n-1).Int() + 1
	})
	byInvoke = js.FuncOf(func(_ js.Value, args []js.Value) any {
		n := args[0].Int()
		if n == 0 {
			return 0
		}
		return byInvoke.Invoke(n-1).Int() + 1
	})
	byGet = js.FuncOf(func(_ js.Value, args []js.Value) any {
		n := args[0].Int()
		if n == 0 {
			return 0
		}
		return kit.Call("getter", byGet, n-1).Get("value").Int() + 1
	})
	kit.Call("ready", map[string]any{"call": byCall, "invoke": byInvoke, "get": byGet})
	select {}
}
