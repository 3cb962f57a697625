// Command gc collects garbage under pressure: finalizers, collections from many goroutines, a large live heap that is
// rewired all the time, interior pointers and maps of pointers.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

type tree struct {
	left, right *tree
	value       int
	payload     []byte
}

func main() {
	debug.SetGCPercent(20)
	finalizers()
	fmt.Println("live tree", churn())
	rewire()
	collectEverywhere()
	interiorPointers()
	mapsOfPointers()
	pooled()
	statistics()
}

// finalizers counts objects that are collected; those still held must not be.
func finalizers() {
	const total, held = 200, 50
	freed := make(chan int, total)
	keep := make([]*tree, 0, held)
	for i := 0; i < total; i++ {
		t := &tree{value: i, payload: make([]byte, 256)}
		runtime.SetFinalizer(t, func(t *tree) { freed <- t.value })
		if i < held {
			keep = append(keep, t)
		}
	}
	for wait := 0; len(freed) < total-held-1 && wait < 100; wait++ {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	heldFreed := 0
	count := len(freed)
	for i := 0; i < count; i++ {
		if <-freed < held {
			heldFreed++
		}
	}
	// The last object may still be in a register or on the stack.
	fmt.Println("finalized", count >= total-held-1, heldFreed, len(keep))
	for _, t := range keep {
		runtime.SetFinalizer(t, nil)
	}
}

func build(depth, value int) *tree {
	if depth == 0 {
		return nil
	}
	return &tree{build(depth-1, 2*value), build(depth-1, 2*value+1), value, make([]byte, 16)}
}

func (t *tree) sum() int {
	if t == nil {
		return 0
	}
	return t.value + len(t.payload) + t.left.sum() + t.right.sum()
}

// churn keeps one tree alive while many others come and go.
func churn() int {
	live := build(14, 1)
	short := 0
	for i := 0; i < 40; i++ {
		short += build(10, i).sum()
	}
	fmt.Println("short lived", short)
	return live.sum()
}

// rewire moves subtrees about while the collector marks: each store passes the write barrier.
func rewire() {
	root := build(13, 1)
	before := root.sum()
	stop := make(chan bool)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for {
			select {
			case <-stop:
				return
			default:
				runtime.GC()
				runtime.Gosched()
			}
		}
	}()
	for round := 0; round < 12; round++ {
		swap(root, round)
		garbage := make([][]byte, 0, 64)
		for i := 0; i < 64; i++ {
			garbage = append(garbage, make([]byte, 1024))
		}
		runtime.Gosched()
	}
	close(stop)
	wg.Wait()
	fmt.Println("rewired", root.sum() == before)
}

func swap(t *tree, round int) {
	if t == nil {
		return
	}
	t.left, t.right = t.right, t.left
	t.payload = append([]byte(nil), t.payload...)
	swap(t.left, round)
	if round%2 == 0 {
		swap(t.right, round)
	}
}

func collectEverywhere() {
	var wg sync.WaitGroup
	results := make([]int, 16)
	for g := range results {
		wg.Add(1)
		go func(g int) {
			defer wg.Done()
			mine := build(6, g)
			for i := 0; i < 3; i++ {
				runtime.GC()
				mine.left, mine.right = mine.right, mine.left
				runtime.Gosched()
			}
			results[g] = mine.sum()
		}(g)
	}
	wg.Wait()
	fmt.Println("collected everywhere", results)
}

// interiorPointers keeps arrays alive by pointers into their middle only.
func interiorPointers() {
	type record struct {
		id   int
		name string
		tail [6]int
	}
	var inside []*int
	var slices [][]record
	for i := 0; i < 300; i++ {
		rs := make([]record, 20)
		rs[10].tail[3] = i
		rs[15].name = fmt.Sprint("name", i)
		inside = append(inside, &rs[10].tail[3])
		slices = append(slices, rs[14:16])
	}
	runtime.GC()
	runtime.GC()
	sum, letters := 0, 0
	for i := range inside {
		sum += *inside[i]
		letters += len(slices[i][1].name)
	}
	fmt.Println("interior", sum, letters)
}

func mapsOfPointers() {
	m := map[string]*tree{}
	for i := 0; i < 4000; i++ {
		m[fmt.Sprint("key", i%500)] = &tree{value: i, payload: []byte{byte(i)}}
		if i%7 == 0 {
			delete(m, fmt.Sprint("key", (i*3)%500))
		}
		if i%1000 == 0 {
			runtime.GC()
		}
	}
	sum := 0
	for _, t := range m {
		sum += t.value
	}
	fmt.Println("map", len(m), sum)
}

func pooled() {
	made := 0
	pool := sync.Pool{New: func() any { made++; return &tree{payload: make([]byte, 64)} }}
	for i := 0; i < 2000; i++ {
		t := pool.Get().(*tree)
		t.value++
		pool.Put(t)
		if i%500 == 0 {
			runtime.GC()
		}
	}
	fmt.Println("pool", made >= 1 && made <= 10)
}

func statistics() {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	kept := build(12, 1)
	runtime.ReadMemStats(&after)
	fmt.Println("allocated", after.Mallocs-before.Mallocs >= 2*4095, after.TotalAlloc > before.TotalAlloc, kept.sum())
	fmt.Println("collections", after.NumGC >= 10, after.NumForcedGC >= 3)
	debug.FreeOSMemory()
	runtime.KeepAlive(kept)
}
