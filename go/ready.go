//go:build js

package gowasp

import "syscall/js"

// Ready tells whoever waits for it that the program now offers what it has to offer: load() of the npm package gowasp
// with the option ready: true. Others put a function on the global object, under the name gowaspReady, before the program
// begins. Where nobody waits nothing happens.
func Ready() {
	if hook := js.Global().Get("gowaspReady"); hook.Type() == js.TypeFunction {
		hook.Invoke()
	}
}
