//go:build js && wasm

// Timers checks that sleeping goroutines wake in order, never early, and without holding up JavaScript.
package main

import (
	"context"
	"fmt"
	"sync"
	"syscall/js"
	"time"
)

func main() {
	order()
	early()
	short()
	responsive()
	stopped()
	ticker()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Millisecond)
	defer cancel()
	<-ctx.Done()
	fmt.Println(ctx.Err())
	clock()
}

// order tries more than once: when the machine stalls, goroutines become due together, and then wake in any order.
func order() {
	var woken []int
	for try := 0; try < 10 && fmt.Sprint(woken) != "[0 10 30 50 70]"; try++ {
		woken = wakeUps(50, 10, 30, 70, 0)
	}
	fmt.Println("order", woken)
}

// wakeUps returns the delays in the order in which goroutines that sleep for them wake.
func wakeUps(delays ...int) []int {
	var woken []int
	var group sync.WaitGroup
	for _, ms := range delays {
		group.Add(1)
		go func(ms int) {
			defer group.Done()
			time.Sleep(time.Duration(ms) * time.Millisecond)
			woken = append(woken, ms) // goroutines of wasm take turns on one thread
		}(ms)
	}
	group.Wait()
	return woken
}

func early() {
	for _, d := range []time.Duration{time.Microsecond, 15 * time.Microsecond, 300 * time.Microsecond, time.Millisecond, 2500 * time.Microsecond, 12 * time.Millisecond} {
		for i := 0; i < 5; i++ {
			start := time.Now()
			time.Sleep(d)
			if slept := time.Since(start); slept < d {
				fmt.Println("early:", d, slept)
			}
		}
	}
	fmt.Println("never early")
}

func short() {
	for i := 0; i < 2000; i++ {
		time.Sleep(time.Microsecond)
	}
	fmt.Println("2000 short sleeps")
}

// responsive sleeps for moments until a timer of JavaScript has fired.
func responsive() {
	fired := false
	f := js.FuncOf(func(js.Value, []js.Value) any {
		fired = true
		return nil
	})
	defer f.Release()
	js.Global().Call("setTimeout", f, 5)
	for !fired {
		time.Sleep(time.Microsecond)
	}
	fmt.Println("JavaScript had its turn")
}

func stopped() {
	fired := false
	timer := time.AfterFunc(2*time.Millisecond, func() { fired = true })
	fmt.Println("stopped", timer.Stop())
	time.Sleep(6 * time.Millisecond)
	fmt.Println("fired", fired)
	timer.Reset(time.Millisecond)
	// On a machine that was away for so long, both are due at once, and this goroutine goes on first.
	for tries := 0; !fired && tries < 100; tries++ {
		time.Sleep(6 * time.Millisecond)
	}
	fmt.Println("fired after reset", fired)
}

func ticker() {
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for i := 0; i < 5; i++ {
		<-ticker.C
	}
	fmt.Println("ticked")
}

func clock() {
	wall := float64(time.Now().UnixMilli()) - js.Global().Get("Date").Call("now").Float()
	fmt.Println("wall clock agrees", -1000 < wall && wall < 1000, time.Now().Nanosecond() < 1e9)
	last := time.Now()
	for i := 0; i < 10_000; i++ {
		now := time.Now()
		if now.Sub(last) < 0 {
			fmt.Println("time ran backwards")
		}
		last = now
	}
}
