// A reactor whose init functions leave what a snapshot has to keep; its exports tell that from what each instance has to make
// anew.
package main

import (
	crand "crypto/rand"
	"fmt"
	"hash/maphash"
	"maps"
	"math/rand"
	randv2 "math/rand/v2"
	"os"
	"runtime/debug"
	"slices"
	"sync"
	"time"
	"unique"
)

var (
	began   = time.Now()
	table   = map[string]int{}
	shared  sync.Map
	name    = unique.Make("a name")
	seed    = maphash.MakeSeed()
	ready   = make(chan struct{})
	answer  int
	squares []int
)

func init() {
	for i := range 1000 {
		table[fmt.Sprint("key ", i)] = i
		shared.Store(i, fmt.Sprint("value ", i))
		squares = append(squares, i*i)
	}
	go func() {
		answer = 42
		close(ready)
	}()
}

func main() {}

//go:wasmexport chances
func chances() {
	order := map[int]bool{}
	for i := range 1000 {
		order[i] = true
	}
	var bytes [8]byte
	crand.Read(bytes[:])
	fmt.Println("math/rand", rand.Int63())
	fmt.Println("math/rand/v2", randv2.Uint64())
	fmt.Println("crypto/rand", bytes)
	fmt.Println("order", slices.Collect(maps.Keys(order))[:4])
	fmt.Println("order of init", slices.Collect(maps.Keys(table))[:4])
	fmt.Println("seed", maphash.String(maphash.MakeSeed(), "x"))
}

//go:wasmexport kept
func kept() int32 {
	sum := 0
	for i := range 1000 {
		value, ok := shared.Load(i)
		if !ok || value != fmt.Sprint("value ", i) || table[fmt.Sprint("key ", i)] != i || squares[i] != i*i {
			return -1
		}
		sum += i
	}
	if name != unique.Make("a"+" name") || maphash.String(seed, "x") != maphash.String(seed, "x") {
		return -2
	}
	if _, ok := shared.LoadOrStore("new", 1); ok {
		return -3
	}
	shared.Delete("new")
	<-ready
	return int32(sum + answer)
}

//go:wasmexport clocks
func clocks() {
	since := time.Since(began)
	fmt.Println("since init is right", since >= 0 && since < time.Minute)
	timer := time.Now()
	time.Sleep(20 * time.Millisecond)
	slept := time.Since(timer)
	fmt.Println("slept", slept >= 20*time.Millisecond && slept < 10*time.Second, "year", time.Now().Year() > 2020)
}

//go:wasmexport surroundings
func surroundings() {
	fmt.Println("args", os.Args, "K", os.Getenv("K"), len(os.Environ()))
	os.Setenv("L", "new")
	directory, err := os.Getwd()
	fmt.Println("L", os.Getenv("L"), directory, err)
	text, err := os.ReadFile("/data/file")
	fmt.Printf("%s %v\n", text, err)
}

//go:wasmexport stress
func stress(count int32) int32 {
	debug.SetGCPercent(1)
	lists := map[int][]string{}
	for i := range int(count) {
		lists[i%97] = append(lists[i%97], fmt.Sprint("item ", i))
	}
	var wait sync.WaitGroup
	results := make(chan int, 8)
	for worker := range 8 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			sum := 0
			for key, list := range lists {
				if key%8 == worker {
					sum += len(list)
				}
			}
			results <- sum
		}()
	}
	wait.Wait()
	sum := 0
	for range 8 {
		sum += <-results
	}
	return int32(sum) + kept()
}
