// Command goexit_main leaves its main goroutine: the others go on, and when they are done the runtime reports a deadlock.
package main

import (
	"fmt"
	"runtime"
	"time"
)

func main() {
	go func() {
		time.Sleep(time.Millisecond)
		fmt.Println("the last goroutine")
	}()
	defer fmt.Println("deferred")
	runtime.Goexit()
}
