//go:build go1.24

// Command weakrefs uses weak pointers, cleanups, interned values and generic type aliases.
package main

import (
	"fmt"
	"runtime"
	"strings"
	"time"
	"unique"
	"weak"
)

type blob struct {
	data [1024]byte
	id   int
}

type table[K comparable, V any] = map[K]*V

func main() {
	weakPointers()
	cleanups()
	interned()
	cache()
}

func collect(done func() bool) bool {
	for i := 0; i < 100 && !done(); i++ {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	return done()
}

func weakPointers() {
	kept := &blob{id: 1}
	strong, gone := weak.Make(kept), makeGarbage()
	collected := collect(func() bool { return gone.Value() == nil })
	fmt.Println("weak", collected, strong.Value().id, strong == weak.Make(kept), weak.Pointer[blob]{}.Value() == nil)
	runtime.KeepAlive(kept)
}

//go:noinline
func makeGarbage() weak.Pointer[blob] { return weak.Make(&blob{id: 2}) }

func cleanups() {
	cleaned := make(chan int, 10)
	for i := range 10 {
		addCleanup(i, cleaned)
	}
	stopped := &blob{}
	c := runtime.AddCleanup(stopped, func(int) { panic("was stopped") }, 0)
	c.Stop()
	fmt.Println("cleaned", collect(func() bool { return len(cleaned) >= 9 }))
	runtime.KeepAlive(stopped)
}

//go:noinline
func addCleanup(i int, cleaned chan<- int) {
	b := &blob{id: i}
	runtime.AddCleanup(b, func(n int) { cleaned <- n }, i)
}

func interned() {
	a, b := unique.Make(strings.Repeat("ab", 3)), unique.Make("ababab")
	runtime.GC()
	fmt.Println("unique", a == b, a.Value(), unique.Make(1) == unique.Make(2))
}

func cache() {
	t := table[string, weak.Pointer[blob]]{}
	live := []*blob{}
	for i := range 20 {
		b := &blob{id: i}
		w := weak.Make(b)
		t[fmt.Sprint(i)] = &w
		if i%4 == 0 {
			live = append(live, b)
		}
	}
	present := func() (n int) {
		for _, w := range t {
			if w.Value() != nil {
				n++
			}
		}
		return n
	}
	collect(func() bool { return present() <= 6 })
	n := present()
	fmt.Println("cache", n >= 5 && n <= 6, len(live))
	runtime.KeepAlive(live)
}
