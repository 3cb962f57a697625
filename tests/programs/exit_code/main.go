// Command exit_code ends with a code of its own from a goroutine, while deferred calls and other goroutines are pending.
package main

import (
	"fmt"
	"os"
	"time"
)

func main() {
	defer fmt.Println("not printed")
	go func() {
		defer fmt.Println("not printed either")
		fmt.Println("leaving with 42")
		fmt.Fprintln(os.Stderr, "last words")
		os.Exit(42)
	}()
	time.Sleep(time.Hour)
}
