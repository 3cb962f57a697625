// Command sync uses every kind of lock and atomic between goroutines that take turns in the middle of critical sections.
package main

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

func main() {
	mutex()
	readersAndWriters()
	condition()
	once()
	concurrentMap()
	atomics()
	semaphore()
	errorGroup()
	runtime.LockOSThread()
	runtime.UnlockOSThread()
	fmt.Println("goroutines", runtime.NumCPU() > 0, runtime.GOMAXPROCS(0) > 0)
}

// each runs f in n goroutines and waits for them.
func each(n int, f func(int)) {
	var wg sync.WaitGroup
	for i := 0; i < n; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			f(i)
		}(i)
	}
	wg.Wait()
}

func mutex() {
	var mu sync.Mutex
	n, inside, most := 0, 0, 0
	each(50, func(int) {
		for i := 0; i < 20; i++ {
			mu.Lock()
			inside++
			most = max(most, inside)
			read := n
			if i%3 == 0 {
				runtime.Gosched()
			}
			n = read + 1
			inside--
			mu.Unlock()
		}
	})
	locked := mu.TryLock()
	again := mu.TryLock()
	mu.Unlock()
	fmt.Println("mutex", n, most, locked, again)
}

func readersAndWriters() {
	var mu sync.RWMutex
	value, readers, sawTogether, torn := [2]int{}, 0, false, 0
	each(30, func(i int) {
		for j := 0; j < 10; j++ {
			if i%5 == 0 {
				mu.Lock()
				value[0]++
				runtime.Gosched()
				value[1]++
				mu.Unlock()
				continue
			}
			mu.RLock()
			readers++
			sawTogether = sawTogether || readers > 1
			runtime.Gosched()
			if value[0] != value[1] {
				torn++
			}
			readers--
			mu.RUnlock()
		}
	})
	fmt.Println("rw", value, sawTogether, torn)
}

func condition() {
	var mu sync.Mutex
	changed := sync.NewCond(&mu)
	queue, got := []int{}, make(chan int, 100)
	each(6, func(i int) {
		if i == 5 {
			for j := 0; j < 25; j++ {
				mu.Lock()
				queue = append(queue, j)
				changed.Signal()
				mu.Unlock()
				runtime.Gosched()
			}
			mu.Lock()
			queue = append(queue, -1, -1, -1, -1, -1)
			changed.Broadcast()
			mu.Unlock()
			return
		}
		for {
			mu.Lock()
			for len(queue) == 0 {
				changed.Wait()
			}
			head := queue[0]
			queue = queue[1:]
			mu.Unlock()
			if head < 0 {
				return
			}
			got <- head
		}
	})
	close(got)
	sum := 0
	for v := range got {
		sum += v
	}
	fmt.Println("condition", sum)
}

func once() {
	var o sync.Once
	runs := 0
	each(10, func(int) { o.Do(func() { runtime.Gosched(); runs++ }) })
	value := sync.OnceValue(func() int { runs++; return runs * 100 })
	fmt.Println("once", runs, value(), value())
	failing := sync.OnceFunc(func() { panic("once only") })
	for i := 0; i < 2; i++ {
		func() {
			defer func() { fmt.Println("once panics", recover()) }()
			failing()
		}()
	}
}

func concurrentMap() {
	var m sync.Map
	each(20, func(i int) {
		m.Store(i%7, i)
		m.LoadOrStore(fmt.Sprint("k", i), i)
		m.CompareAndSwap(i%7, i, -1)
		if i%2 == 0 {
			m.LoadAndDelete(fmt.Sprint("k", i))
		}
	})
	keys := 0
	m.Range(func(_, _ any) bool { keys++; return true })
	v, loaded := m.Load("k3")
	fmt.Println("map", keys, v, loaded)
}

func atomics() {
	var (
		i32   atomic.Int32
		u64   atomic.Uint64
		flag  atomic.Bool
		any   atomic.Value
		raw   int64
		ptr   unsafe.Pointer
		typed atomic.Pointer[string]
	)
	each(40, func(i int) {
		i32.Add(int32(i))
		for {
			old := u64.Load()
			runtime.Gosched()
			if u64.CompareAndSwap(old, old+uint64(i)*uint64(i)) {
				break
			}
		}
		flag.Store(true)
		any.Store([]int{i})
		atomic.AddInt64(&raw, -int64(i))
	})
	s := "pointed"
	typed.Store(&s)
	atomic.StorePointer(&ptr, unsafe.Pointer(&s))
	was := typed.Swap(nil)
	fmt.Println("atomics", i32.Load(), u64.Load(), flag.Load(), len(any.Load().([]int)), raw, *was, *(*string)(atomic.LoadPointer(&ptr)), i32.Swap(5), i32.CompareAndSwap(4, 1))
	defer func() { fmt.Println("atomic value:", recover()) }()
	any.Store("another type")
}

func semaphore() {
	tokens := make(chan struct{}, 3)
	var now, most atomic.Int32
	each(12, func(int) {
		tokens <- struct{}{}
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		time.Sleep(time.Millisecond)
		now.Add(-1)
		<-tokens
	})
	fmt.Println("semaphore", most.Load())
}

// errorGroup cancels the others as soon as one fails.
func errorGroup() {
	ctx, cancel := context.WithCancelCause(context.Background())
	var stopped atomic.Int32
	each(5, func(i int) {
		if i == 3 {
			time.Sleep(2 * time.Millisecond)
			cancel(fmt.Errorf("worker %d failed", i))
			return
		}
		select {
		case <-ctx.Done():
			stopped.Add(1)
		case <-time.After(time.Minute):
		}
	})
	fmt.Println("group", stopped.Load(), context.Cause(ctx))
}
