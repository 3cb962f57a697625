package main

import "syscall/js"

// The same functions as values, which JavaScript calls on every release.
func init() {
	offer := map[string]func(arguments []js.Value) int32{
		"count":    func([]js.Value) int32 { return count() },
		"grow":     func(arguments []js.Value) int32 { return grow(int32(arguments[0].Int())) },
		"allocate": func(arguments []js.Value) int32 { return allocate(int32(arguments[0].Int())) },
		"collect":  func([]js.Value) int32 { return collect() },
		"talk":     func(arguments []js.Value) int32 { return talk(int32(arguments[0].Int())) },
		"fail":     func(arguments []js.Value) int32 { return fail(int32(arguments[0].Int()), int32(arguments[1].Int())) },
	}
	for name, call := range offer {
		call := call
		js.Global().Set(name, js.FuncOf(func(_ js.Value, arguments []js.Value) any { return call(arguments) }))
	}
}
