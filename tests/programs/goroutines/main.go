// Command goroutines passes values through channels: rendezvous, buffers, pipelines, fan-in, and thousands of goroutines
// that park at the same time.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

func main() {
	rendezvous()
	buffered()
	sieve(20)
	daisyChain(5000)
	fanIn(40, 250)
	yielding()
	directional()
}

// rendezvous shows that an unbuffered send returns only after its receive.
func rendezvous() {
	ping, pong := make(chan int), make(chan int)
	go func() {
		for v := range ping {
			pong <- v * v
		}
		close(pong)
	}()
	sum := 0
	for i := 0; i < 1000; i++ {
		ping <- i
		sum += <-pong
	}
	close(ping)
	_, open := <-pong
	fmt.Println("rendezvous", sum, open)
}

func buffered() {
	c := make(chan string, 3)
	c <- "a"
	c <- "b"
	fmt.Print("buffered ", len(c), "/", cap(c))
	close(c)
	for s := range c {
		fmt.Print(" ", s)
	}
	v, ok := <-c
	fmt.Printf(" %q %v\n", v, ok)
}

// sieve is the classic chain of filters, one goroutine per prime.
func sieve(count int) {
	source := make(chan int)
	go func(out chan<- int) {
		for i := 2; ; i++ {
			out <- i
		}
	}(source)
	fmt.Print("sieve")
	for i := 0; i < count; i++ {
		prime := <-source
		fmt.Print(" ", prime)
		next := make(chan int)
		go func(in <-chan int, out chan<- int, prime int) {
			for v := range in {
				if v%prime != 0 {
					out <- v
				}
			}
		}(source, next, prime)
		source = next
	}
	fmt.Println()
}

// daisyChain parks n goroutines, each waiting for its right neighbour.
func daisyChain(n int) {
	leftmost := make(chan int)
	right, left := leftmost, leftmost
	for i := 0; i < n; i++ {
		right = make(chan int)
		go func(left, right chan int) { left <- 1 + <-right }(left, right)
		left = right
	}
	go func(c chan int) { c <- 1 }(right)
	fmt.Println("daisy chain", <-leftmost)
}

func fanIn(producers, each int) {
	out := make(chan int, 16)
	var wg sync.WaitGroup
	for p := 0; p < producers; p++ {
		wg.Add(1)
		go func(p int) {
			defer wg.Done()
			for i := 0; i < each; i++ {
				out <- p*each + i
			}
		}(p)
	}
	go func() { wg.Wait(); close(out) }()
	sum, seen := 0, make([]bool, producers*each)
	for v := range out {
		sum += v
		seen[v] = true
	}
	missing := 0
	for _, s := range seen {
		if !s {
			missing++
		}
	}
	fmt.Println("fan in", sum, missing)
}

// yielding interleaves two goroutines by Gosched alone.
func yielding() {
	turn, trace := 0, []byte{}
	var wg sync.WaitGroup
	for id := 0; id < 2; id++ {
		wg.Add(1)
		go func(id int) {
			defer wg.Done()
			for i := 0; i < 5; i++ {
				for turn != id {
					runtime.Gosched()
				}
				trace = append(trace, "ab"[id])
				turn = 1 - id
			}
		}(id)
	}
	wg.Wait()
	fmt.Printf("yielding %s\n", trace)
}

func directional() {
	produce := func(n int) <-chan int {
		c := make(chan int)
		go func() {
			defer close(c)
			for i := 0; i < n; i++ {
				c <- i
			}
		}()
		return c
	}
	type request struct {
		n     int
		reply chan<- string
	}
	server := make(chan request)
	go func() {
		for r := range server {
			r.reply <- fmt.Sprintf("<%d>", r.n)
		}
	}()
	fmt.Print("directional")
	for v := range produce(4) {
		reply := make(chan string)
		server <- request{v, reply}
		fmt.Print(" ", <-reply)
	}
	fmt.Println()
}
