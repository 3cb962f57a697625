// Package gowasp lets a Go program in WebAssembly talk with JavaScript in Go's types, and wait for it.
//
//	func main() {
//		gowasp.Export("add", func(a, b int) int { return a + b })
//		gowasp.ExportAsync("title", func(url string) (string, error) { … http.Get(url) … })
//		gowasp.Ready()
//		select {}
//	}
//
// A function of [Export] returns its result at once, so it must not wait for anything that comes from JavaScript: the
// engine runs nothing else until it returns. A function of [ExportAsync] returns a promise and may wait for anything.
//
// Values are converted like this; what does not fit is an error, never another value:
//
//	Go                                        JavaScript
//	bool, string                              boolean, string
//	integers, floats                          number
//	[]byte, arrays of bytes                   Uint8Array
//	other slices and arrays                   Array
//	map with keys of strings or integers      object
//	struct, by the names that encoding/json   object
//	  gives its fields
//	time.Time                                 Date
//	error                                     Error; as the last result of a function: thrown
//	pointer, any                              null, or what it points to; other nils are empty
//	func                                      function
//	js.Value, js.Func                         as it is
//
// The package needs GOOS=js and nothing else: it works under Go's own wasm_exec.js as it does under the loader of
// gowasp. It uses only the standard library.
package gowasp
