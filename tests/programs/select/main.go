// Command select waits on several channels: defaults, nil channels, closed channels, fairness, timers, tickers and contexts.
package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

func main() {
	defaults()
	nilChannels()
	fairness()
	sendAndReceive()
	timers()
	tickers()
	contexts()
	elapsed()
}

func defaults() {
	c := make(chan int, 1)
	for i := 0; i < 3; i++ {
		select {
		case c <- i:
			fmt.Println("sent", i)
		default:
			fmt.Println("full", i)
		}
	}
	select {
	case v := <-c:
		fmt.Println("received", v)
	default:
		fmt.Println("empty")
	}
	select {
	case v, ok := <-c:
		fmt.Println("received", v, ok)
	default:
		fmt.Println("empty")
	}
}

// nilChannels merges two sorted streams; a nil channel drops out of the select.
func nilChannels() {
	stream := func(from, step, n int) <-chan int {
		c := make(chan int)
		go func() {
			for i := 0; i < n; i++ {
				c <- from + i*step
			}
			close(c)
		}()
		return c
	}
	a, b := stream(0, 2, 50), stream(1, 2, 30)
	sum, count := 0, 0
	for a != nil || b != nil {
		select {
		case v, ok := <-a:
			if !ok {
				a = nil
				continue
			}
			sum, count = sum+v, count+1
		case v, ok := <-b:
			if !ok {
				b = nil
				continue
			}
			sum, count = sum+v, count+1
		}
	}
	fmt.Println("merged", sum, count)
}

// fairness counts how often each of three ready cases is taken: all of them, none much more often.
func fairness() {
	ready := make(chan int)
	close(ready)
	counts := [3]int{}
	for i := 0; i < 3000; i++ {
		select {
		case <-ready:
			counts[0]++
		case <-ready:
			counts[1]++
		case <-ready:
			counts[2]++
		}
	}
	for i, c := range counts {
		fmt.Println("fair", i, c > 700 && c < 1300)
	}
}

func sendAndReceive() {
	in, out, done := make(chan int), make(chan int), make(chan bool)
	go func() {
		for i := 0; i < 100; i++ {
			in <- i
		}
		close(in)
	}()
	go func() {
		total := 0
		for v := range out {
			total += v
		}
		fmt.Println("queue delivered", total)
		done <- true
	}()
	var queue []int
	for source := in; source != nil || len(queue) > 0; {
		var sink chan int
		var head int
		if len(queue) > 0 {
			sink, head = out, queue[0]
		}
		select {
		case v, ok := <-source:
			if !ok {
				source = nil
				break
			}
			queue = append(queue, v)
		case sink <- head:
			queue = queue[1:]
		}
	}
	close(out)
	<-done
}

func timers() {
	fired := make(chan int, 3)
	for _, ms := range []int{6, 2, 4} {
		ms := ms
		time.AfterFunc(time.Duration(ms)*time.Millisecond, func() { fired <- ms })
	}
	fmt.Println("fired", <-fired+<-fired+<-fired)

	stopped := time.NewTimer(time.Hour)
	fmt.Println("stop", stopped.Stop(), stopped.Stop())
	again := time.NewTimer(time.Hour)
	fmt.Println("reset", again.Reset(time.Millisecond))
	<-again.C

	select {
	case <-make(chan int):
		fmt.Println("cannot be")
	case <-time.After(5 * time.Millisecond):
		fmt.Println("timed out")
	}
}

func tickers() {
	ticker := time.NewTicker(2 * time.Millisecond)
	last := time.Now()
	monotonic := true
	for i := 0; i < 4; i++ {
		<-ticker.C
		now := time.Now()
		monotonic = monotonic && !now.Before(last)
		last = now
	}
	ticker.Stop()
	fmt.Println("ticked", monotonic)
}

func contexts() {
	type key struct{}
	root := context.WithValue(context.Background(), key{}, "value")
	parent, cancelParent := context.WithCancelCause(root)
	child, cancelChild := context.WithTimeout(parent, time.Hour)
	defer cancelChild()
	cancelParent(errors.New("enough"))
	<-child.Done()
	fmt.Println(child.Err(), context.Cause(child), child.Value(key{}))

	short, cancel := context.WithTimeout(root, 3*time.Millisecond)
	defer cancel()
	<-short.Done()
	fmt.Println(short.Err(), errors.Is(short.Err(), context.DeadlineExceeded))

	ran := make(chan string, 1)
	waiting, cancelWaiting := context.WithCancel(root)
	context.AfterFunc(waiting, func() { ran <- "after func" })
	cancelWaiting()
	fmt.Println(<-ran)
}

func elapsed() {
	start := time.Now()
	time.Sleep(12 * time.Millisecond)
	spent := time.Since(start)
	fmt.Println("slept", spent >= 12*time.Millisecond, spent < time.Minute)
	day := time.Date(2024, time.February, 29, 12, 30, 0, 0, time.UTC)
	fmt.Println(day.AddDate(1, 0, 0).Format(time.RFC1123), day.YearDay(), day.Weekday(), day.Truncate(time.Hour).Unix())
}
