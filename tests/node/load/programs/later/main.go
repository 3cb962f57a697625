// Later offers functions after its first wait.
package main

import (
	"os"
	"syscall/js"
	"time"
)

func main() {
	time.Sleep(20 * time.Millisecond)
	if len(os.Args) > 1 && os.Args[1] == "exit" {
		os.Exit(3)
	}
	js.Global().Set("add", js.FuncOf(func(_ js.Value, args []js.Value) any {
		return args[0].Int() + args[1].Int()
	}))
	js.Global().Set("slowly", js.FuncOf(slowly))
	select {}
}

// slowly answers with a promise of twice its first argument, after as many milliseconds as the second.
func slowly(_ js.Value, args []js.Value) any {
	executor := js.FuncOf(func(_ js.Value, settle []js.Value) any {
		go func() {
			if len(args) > 1 {
				time.Sleep(time.Duration(args[1].Int()) * time.Millisecond)
			}
			settle[0].Invoke(2 * args[0].Int())
		}()
		return nil
	})
	return js.Global().Get("Promise").New(executor)
}
