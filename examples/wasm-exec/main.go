// A program that offers a function to its page.
package main

import "syscall/js"

func main() {
	js.Global().Set("shout", js.FuncOf(func(_ js.Value, args []js.Value) any {
		return args[0].String() + "!"
	}))
	select {}
}
