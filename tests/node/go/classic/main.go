// What it is told to do by its first argument, for the class `Go` of gowasp/wasm_exec.
package main

import (
	"fmt"
	"os"
	"syscall/js"
)

func main() {
	fmt.Println(os.Args, os.Getenv("NAME"))
	switch os.Args[1] {
	case "exit":
		os.Exit(3)
	case "wait":
		select {}
	case "offer":
		js.Global().Set("offered", js.FuncOf(func(_ js.Value, args []js.Value) interface{} {
			switch args[0].String() {
			case "exit":
				os.Exit(4)
			case "panic":
				panic("as it was told")
			}
			return args[0].String() + "!"
		}))
		select {}
	case "files":
		fs := js.Global().Get("fs")
		_, err := os.Stat("/")
		fmt.Println(fs.Equal(js.Global().Get("globalThis").Get("fs")), err == nil)
	case "argv0":
		fmt.Println(js.Global().Get("process").Get("argv0"))
	case "unfinished":
		fmt.Print("no end")
	}
}
