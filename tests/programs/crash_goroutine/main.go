// Command crash_goroutine dies in one goroutine while others wait: with GOTRACEBACK=all the traceback shows every one of
// them, where it waits and who created it.
package main

import (
	"runtime"
	"sync"
)

type failure struct {
	code   int
	reason string
}

func main() {
	var wg sync.WaitGroup
	var mu sync.Mutex
	mu.Lock()
	wg.Add(4)
	go receiver(make(chan int))
	go locker(&mu)
	go func() {
		select {
		case <-make(chan string):
		case <-make(chan bool):
		}
	}()
	go func() {
		for i := 0; i < 10; i++ {
			runtime.Gosched()
		}
		fail(3)
	}()
	wg.Wait()
}

func receiver(c chan int) { <-c }

func locker(mu *sync.Mutex) { mu.Lock() }

//go:noinline
func fail(depth int) {
	if depth > 0 {
		fail(depth - 1)
		return
	}
	panic(failure{7, "broken"})
}
