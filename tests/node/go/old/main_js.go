// Old does what releases before Go 1.18 can: clocks, timers, values, callbacks, bytes.
package main

import (
	"fmt"
	"os"
	"syscall/js"
	"time"
)

func main() {
	start := time.Now()
	// Long, because before Go 1.18 a timer that is due before the scheduler has given way to JavaScript loses the next callback.
	time.Sleep(300 * time.Millisecond)
	fmt.Println(os.Args, start.Year() > 2000, time.Since(start) >= 300*time.Millisecond)
	increment := js.FuncOf(func(_ js.Value, args []js.Value) interface{} { return args[0].Int() + 1 })
	array := js.Global().Get("Array").Call("of", 1, "two", increment, nil, true)
	fmt.Println(array.Call("map", js.Global().Get("String")).Length(), increment.Invoke(41).Int())
	bytes := js.Global().Get("Uint8Array").New(3)
	bytes.SetIndex(1, 7)
	copied := make([]byte, 3)
	js.CopyBytesToGo(copied, bytes)
	fmt.Println(copied, bytes.InstanceOf(js.Global().Get("Uint8Array")))
	os.Exit(3)
}
