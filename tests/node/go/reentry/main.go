//go:build js && wasm

// Reentry lets JavaScript enter Go wherever a property or an object can, with enough use of the stack to move it each time.
package main

import (
	"fmt"
	"syscall/js"
)

func main() {
	object := js.Global().Get("object")
	grow := js.FuncOf(func(js.Value, []js.Value) any { return deep(2000) })
	defer grow.Release()
	object.Set("enter", grow)
	for _, access := range []func() any{
		func() any { return object.Get("value").Int() },
		func() any { object.Set("value", 1); return "set" },
		func() any { return object.Get("proxy").Index(7).Int() },
		func() any { object.Get("proxy").SetIndex(1, 2); return "index set" },
		func() any { object.Get("proxy").Delete("x"); return "deleted" },
		func() any { return object.Length() },
		func() any { return js.ValueOf(1).InstanceOf(object.Get("Type")) },
		func() any { return js.ValueOf(1).InstanceOf(object.Get("OtherType")) },
		func() any { return object.Call("method", 1, 2).Int() },
		func() any { return object.Call("getMethod", 3, 4).Int() },
		func() any { return object.Call("getMethod", 1, 2, 3, 4).Int() },
		func() any { return object.Call("getMethod").Int() },
		func() any { return grow.Invoke().Int() },
		func() any { return object.Get("Made").New().Get("depth").Int() },
	} {
		result := make(chan any)
		go func() { result <- access() }() // a goroutine starts with a small stack
		fmt.Println(<-result)
	}
}

func deep(n int) int {
	var pad [64]byte
	if n == 0 {
		return int(pad[3])
	}
	pad[n%64] = 1
	return deep(n-1) + int(pad[n%64])
}
