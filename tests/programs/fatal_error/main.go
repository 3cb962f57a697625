// Command fatal_error unlocks a mutex that is not locked, which no recover stops.
package main

import (
	"fmt"
	"sync"
)

func main() {
	defer func() { fmt.Println("recovered", recover()) }()
	var mu sync.Mutex
	fmt.Println("unlocking")
	release(&mu)
}

//go:noinline
func release(mu *sync.Mutex) { mu.Unlock() }
