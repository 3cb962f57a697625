package main

import "syscall/js"

func host() string {
	name := js.Global().Get("process").Get("argv0")
	return "js " + name.String() + " " + js.Global().Get("document").Type().String()
}
