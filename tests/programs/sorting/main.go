// Command sorting sorts with sort, slices, container/heap and hand-written algorithms and checks one against the other.
package main

import (
	"container/heap"
	"container/list"
	"container/ring"
	"fmt"
	"slices"
	"sort"
	"strings"
)

type person struct {
	name string
	age  int
}

type byAge []person

func (p byAge) Len() int           { return len(p) }
func (p byAge) Less(i, j int) bool { return p[i].age < p[j].age }
func (p byAge) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }

type intHeap []int

func (h intHeap) Len() int           { return len(h) }
func (h intHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h intHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *intHeap) Push(x any)        { *h = append(*h, x.(int)) }
func (h *intHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

func main() {
	inputs := map[string][]int{
		"random": pseudoRandom(20000, 1<<30), "few values": pseudoRandom(20000, 7), "short": {3, 1, 2}, "empty": {}, "sorted": ascending(5000), "reversed": descending(5000), "organ pipe": append(ascending(2500), descending(2500)...),
	}
	names := make([]string, 0, len(inputs))
	for name := range inputs {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		compare(name, inputs[name])
	}
	people()
	searches()
	containers()
}

func pseudoRandom(n, limit int) []int {
	s, x := make([]int, n), uint64(88172645463325252)
	for i := range s {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		s[i] = int(x % uint64(limit))
	}
	return s
}

func ascending(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

func descending(n int) []int {
	s := ascending(n)
	slices.Reverse(s)
	return s
}

// compare sorts copies of the input in six ways.
func compare(name string, input []int) {
	want := slices.Clone(input)
	sort.Ints(want)
	sum := 0
	for i, v := range want {
		sum += i * v % 1000003
	}
	results := []bool{sort.IntsAreSorted(want)}
	for _, f := range []func([]int){
		slices.Sort[[]int],
		func(s []int) { sort.Slice(s, func(i, j int) bool { return s[i] < s[j] }) },
		func(s []int) { sort.Stable(sort.IntSlice(s)) },
		func(s []int) { quick(s) },
		func(s []int) { copy(s, merge(s)) },
		func(s []int) {
			h := intHeap(slices.Clone(s))
			heap.Init(&h)
			for i := range s {
				s[i] = heap.Pop(&h).(int)
			}
		},
	} {
		s := slices.Clone(input)
		f(s)
		results = append(results, slices.Equal(s, want))
	}
	fmt.Println(name, len(input), sum, results)
}

func quick(s []int) {
	for len(s) > 1 {
		pivot, i, j := s[len(s)/2], 0, len(s)-1
		for i <= j {
			for s[i] < pivot {
				i++
			}
			for s[j] > pivot {
				j--
			}
			if i <= j {
				s[i], s[j] = s[j], s[i]
				i++
				j--
			}
		}
		quick(s[:j+1])
		s = s[i:]
	}
}

func merge(s []int) []int {
	if len(s) < 2 {
		return s
	}
	a, b := merge(slices.Clone(s[:len(s)/2])), merge(slices.Clone(s[len(s)/2:]))
	out := make([]int, 0, len(s))
	for len(a) > 0 && len(b) > 0 {
		if a[0] <= b[0] {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}

func people() {
	all := []person{}
	for i, name := range strings.Fields("ann bob cid dan eve fay gus hal ivy joe kim lea max ned") {
		all = append(all, person{name, 20 + i*7%5})
	}
	sort.Stable(byAge(all))
	fmt.Println(all)
	sort.Sort(sort.Reverse(byAge(all)))
	fmt.Println(all[0].age, all[len(all)-1].age)
	sort.SliceStable(all, func(i, j int) bool { return all[i].name[1] < all[j].name[1] })
	fmt.Println(len(all), all[0].name[1:2], all[13].name[1:2])
}

func searches() {
	s := ascending(1000)
	fmt.Println(sort.SearchInts(s, 777), sort.Search(1000, func(i int) bool { return i*i >= 5000 }), sort.SearchStrings([]string{"a", "c"}, "b"))
	at, found := sort.Find(len(s), func(i int) int { return 500 - s[i] })
	fmt.Println(at, found, slices.IndexFunc(s, func(v int) bool { return v > 9 }), slices.Insert([]int{1, 4}, 1, 2, 3), slices.Delete([]int{1, 2, 3, 4}, 1, 3))
}

func containers() {
	l := list.New()
	for i := 0; i < 6; i++ {
		if i%2 == 0 {
			l.PushFront(i)
		} else {
			l.PushBack(i)
		}
	}
	l.MoveToFront(l.Back())
	for e := l.Front(); e != nil; e = e.Next() {
		fmt.Print(e.Value, " ")
	}
	r := ring.New(5)
	for i := 0; i < r.Len(); i++ {
		r.Value = i
		r = r.Next()
	}
	r.Unlink(2)
	r.Do(func(v any) { fmt.Print(v, ";") })
	fmt.Println(r.Len())
}
