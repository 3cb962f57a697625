//go:build js && wasm

// Nesting offers functions that call JavaScript, which calls them again, as often as they are told.
package main

import "syscall/js"

func main() {
	kit := js.Global().Get("nesting")
	var byCall, byInvoke, byNew, byGet, bySet js.Func
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
	byNew = js.FuncOf(func(_ js.Value, args []js.Value) any {
		n := args[0].Int()
		if n == 0 {
			return 0
		}
		return kit.Get("Maker").New(byNew, n-1).Get("made").Int() + 1
	})
	bySet = js.FuncOf(func(_ js.Value, args []js.Value) any {
		n := args[0].Int()
		if n == 0 {
			return 0
		}
		cell := kit.Call("setter", bySet)
		cell.Set("value", n-1)
		return cell.Get("answer").Int() + 1
	})
	offered := map[string]any{"call": byCall, "invoke": byInvoke, "new": byNew, "get": byGet, "set": bySet}
	kit.Call("ready", offered)
	select {}
}
