// Command maps exercises maps of many key types: growth, deletion, iteration while they change, and odd keys such as NaN.
package main

import (
	"fmt"
	"math"
	"sort"
)

type point struct{ x, y int }

type mixed struct {
	name string
	tag  any
	on   bool
}

func main() {
	integers()
	text()
	structKeys()
	interfaceKeys()
	floats()
	changedWhileIterating()
	nested()
	clearedAndCopied()
	fmt.Println(map[string]int{"b": 2, "a": 1, "c": 3})
	fmt.Println(map[point]bool{{2, 1}: true, {1, 9}: false})
}

func integers() {
	m := map[int]int{}
	for i := 0; i < 50000; i++ {
		m[i*7919%100003] += i
	}
	for i := 0; i < 50000; i += 3 {
		delete(m, i*7919%100003)
	}
	sum, odd := 0, 0
	for k, v := range m {
		sum += k ^ v
		odd += k & 1
	}
	fmt.Println("integers", len(m), sum, odd)

	small := map[uint8]int16{}
	for i := 0; i < 1000; i++ {
		small[uint8(i)]--
	}
	v, ok := small[200]
	fmt.Println("small", len(small), v, ok)

	big := map[uint64]struct{}{math.MaxUint64: {}, 0: {}, 1 << 63: {}}
	_, there := big[1<<63]
	_, absent := big[1<<62]
	fmt.Println("big", len(big), there, absent)
}

func text() {
	counts := map[string]int{}
	for i := 0; i < 5000; i++ {
		counts[fmt.Sprintf("%x", i*i%997)]++
	}
	keys := make([]string, 0, len(counts))
	for k := range counts {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		if counts[keys[i]] != counts[keys[j]] {
			return counts[keys[i]] > counts[keys[j]]
		}
		return keys[i] < keys[j]
	})
	fmt.Println("text", len(keys), keys[:6], counts[keys[0]], counts["nothing"])
}

func structKeys() {
	grid := map[point]rune{}
	for y := 0; y < 40; y++ {
		for x := 0; x < 40; x++ {
			grid[point{x - 20, y - 20}] = rune('a' + (x*y)%26)
		}
	}
	line := ""
	for x := -20; x < 20; x++ {
		line += string(grid[point{x, 3}])
	}
	fmt.Println("struct", len(grid), line)
	arrays := map[[3]string]int{{"a", "b", "c"}: 1}
	arrays[[3]string{"a", "b", "d"}] = 2
	fmt.Println("array", arrays[[3]string{"a", "b", "c"}], arrays[[3]string{"a", "b", "d"}], arrays[[3]string{}])
}

func interfaceKeys() {
	p := &point{1, 2}
	m := map[any]string{
		1: "int", int8(1): "int8", "1": "string", 1.0: "float", point{1, 1}: "struct", p: "pointer",
		[2]int{1, 2}: "array", mixed{"n", 3, true}: "mixed", nil: "nil", true: "bool", 'x': "rune",
	}
	fmt.Println("any", len(m), m[1], m[int8(1)], m["1"], m[1.0], m[point{1, 1}], m[p], m[&point{1, 2}] == "",
		m[[2]int{1, 2}], m[mixed{"n", 3, true}], m[nil], m[true], m[int32('x')])
}

func floats() {
	m := map[float64]int{}
	for i := 0; i < 5; i++ {
		m[math.NaN()] = i
	}
	m[0.0] = 1
	m[math.Copysign(0, -1)]++
	_, found := m[math.NaN()]
	delete(m, math.NaN())
	fmt.Println("floats", len(m), m[0], found, m[math.Inf(1)])
}

func changedWhileIterating() {
	m := map[int]bool{}
	for i := 0; i < 1000; i++ {
		m[i] = true
	}
	visited := map[int]int{}
	for k := range m {
		visited[k]++
		delete(m, k)
		delete(m, (k+500)%1000)
		m[k+10000] = false
	}
	twice, old := 0, 0
	for k, n := range visited {
		if n > 1 {
			twice++
		}
		if k < 1000 {
			old++
		}
	}
	fmt.Println("changing", twice, old >= 500, len(m) >= 500)
	for range m {
		for k := range m {
			delete(m, k)
		}
	}
	fmt.Println("emptied", len(m))
}

func nested() {
	m := map[string]map[string][]int{}
	add := func(a, b string, v int) {
		if m[a] == nil {
			m[a] = map[string][]int{}
		}
		m[a][b] = append(m[a][b], v)
	}
	for i := 0; i < 30; i++ {
		add(string(rune('a'+i%3)), string(rune('x'+i%2)), i)
	}
	fmt.Println("nested", m)
}

func clearedAndCopied() {
	m := map[int]string{1: "one", 2: "two"}
	alias := m
	clear(m)
	fmt.Println("cleared", len(alias))
	functions := map[string]func(int, int) int{
		"add": func(a, b int) int { return a + b },
		"mul": func(a, b int) int { return a * b },
	}
	fmt.Println("functions", functions["add"](3, 4), functions["mul"](3, 4), functions["div"] == nil)
}
