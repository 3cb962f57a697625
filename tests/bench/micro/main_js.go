package main

import "syscall/js"

// main hands JavaScript the function run(topic, n), which returns the topic's number.
func main() {
	run := js.FuncOf(func(_ js.Value, arguments []js.Value) any {
		return topics[arguments[0].String()](arguments[1].Int())
	})
	js.Global().Get("microBenchmarks").Call("ready", run)
	select {}
}
