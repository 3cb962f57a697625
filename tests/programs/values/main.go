// Command values copies large structs and arrays, embeds, compares, and looks at memory through unsafe.
package main

import (
	"fmt"
	"strings"
	"unsafe"
)

type vector struct{ x, y, z float64 }

type matrix [4][4]float64

type record struct {
	id     int64
	name   string
	tags   [3]string
	inner  vector
	flags  [5]bool
	link   *record
	any    interface{}
	f32    float32
	u8     uint8
	i16    int16
	c      complex64
	matrix matrix
}

type named interface{ Name() string }

type base struct{ name string }

func (b base) Name() string     { return "base " + b.name }
func (b *base) Rename(n string) { b.name = n }

type middle struct {
	base
	level int
}

func (m middle) Level() int { return m.level }

type top struct {
	*middle
	fmt.Stringer
	extra string
}

func (t top) Name() string { return "top of " + t.middle.Name() }

type stringer string

func (s stringer) String() string { return strings.ToUpper(string(s)) }

func main() {
	byValue()
	comparisons()
	embedding()
	slices()
	layout()
	unsafely()
	fmt.Println(multiply(rotation(), rotation()))
	fmt.Println(manyResults(3))
	fmt.Println(sumOf(vector{1, 2, 3}, vector{4, 5, 6}, vector{7, 8, 9}), zeroSized())
	bigArray()
}

func sample() record {
	r := record{id: -1 << 40, name: "name", tags: [3]string{"a", "", "c"}, inner: vector{1, 2, 3}, any: 7, f32: 1.5, u8: 255, i16: -2, c: 1 + 2i}
	r.flags[4] = true
	r.matrix[2][1] = 21
	return r
}

//go:noinline
func change(r record, n int) (record, *record, error) {
	r.id += int64(n)
	r.tags[n%3] += "!"
	r.matrix[n%4][n%4] = float64(n)
	return r, &r, nil
}

func byValue() {
	original := sample()
	copied, pointer, err := change(original, 5)
	pointer.name = "through pointer"
	copied.link = pointer
	second := *copied.link
	second.flags[0] = true
	fmt.Println(original.id, original.tags, copied.id, copied.tags, copied.name, second.name, pointer.flags[0], copied.matrix[1], err)
	array := [3]record{0: original, 2: copied}
	mapped := map[string]record{"k": array[2]}
	array[2].name = "changed in the array"
	fmt.Println(mapped["k"].name, mapped["absent"].matrix, array[2].name, array[1].any)
	channel := make(chan record, 1)
	channel <- array[2]
	array[2].name = "later"
	received := <-channel
	boxed := interface{}(received)
	received.name = "after boxing"
	fmt.Println(boxed.(record).name, received.name)
	swapA, swapB := array[0], array[2]
	swapA, swapB = swapB, swapA
	fmt.Println(swapA.name, swapB.name)
}

func comparisons() {
	a, b := sample(), sample()
	fmt.Println(a == b, a != b, a.matrix == b.matrix)
	b.flags[3] = true
	fmt.Println(a == b, a.tags == b.tags, a.inner == (vector{1, 2, 3}))
	b.flags[3], b.any = false, int8(7)
	fmt.Println(a == b, interface{}(a) == interface{}(b), interface{}(a) == interface{}(sample()))
	fmt.Println(struct {
		a string
		b float64
	}{"x", 0.0} == struct {
		a string
		b float64
	}{"x", negativeZero()}, [0]int{} == [0]int{}, "abc" < "abd", "ab" < "abc", "b" > "abc")
}

func negativeZero() float64 { z := 0.0; return -z }

func embedding() {
	t := top{&middle{base{"b"}, 3}, stringer("s"), "e"}
	t.Rename("renamed")
	var n named = t
	var l interface{ Level() int } = t
	fmt.Println(n.Name(), l.Level(), t.base.Name(), t.String(), t.name)
	method := t.middle.Name
	t.Rename("again")
	fmt.Println(method(), n.Name())
	defer func() { fmt.Println("nil embedded:", recover() != nil) }()
	fmt.Println(top{}.Level())
}

func slices() {
	s := make([]int, 3, 10)
	t := append(s, 1, 2)
	u := append(s, 9)
	fmt.Println(t, u, len(s), cap(t[1:3:5]), copy(s, t[2:]), s)
	s = append(s[:1], s[2:]...)
	t = nil
	for i := 0; i < 1000; i++ {
		t = append(t, i)
	}
	array := (*[4]int)(t[10:])
	array[0] = -1
	grid := make([][]rune, 3)
	for i := range grid {
		grid[i] = []rune(strings.Repeat(string(rune('a'+i)), 4))
	}
	grid[1], grid[2] = grid[2], grid[1]
	fmt.Println(s, len(t), t[10], [2]int(t[20:22]), string(grid[1]), append([]byte("x"), "yz"...), len(append(t[:0:0], t...)))
	overlap := []int{1, 2, 3, 4, 5}
	copy(overlap[1:], overlap)
	fmt.Println(overlap, copy(overlap, []int{}))
}

func layout() {
	var r record
	fmt.Println(unsafe.Sizeof(r), unsafe.Alignof(r.c), unsafe.Offsetof(r.inner), unsafe.Offsetof(r.i16), unsafe.Offsetof(r.c), unsafe.Sizeof(uintptr(0)), unsafe.Sizeof(struct {
		a bool
		b int64
		c bool
	}{}))
}

func unsafely() {
	r := sample()
	p := unsafe.Pointer(&r)
	*(*float64)(unsafe.Add(p, unsafe.Offsetof(r.inner)+8)) = 42
	bytes := unsafe.Slice((*byte)(p), 8)
	text := unsafe.String(unsafe.StringData("shared"), 3)
	words := *(*[2]uintptr)(unsafe.Pointer(&r.name))
	fmt.Println(r.inner, bytes, text, words[1], *(*uint32)(unsafe.Pointer(&r.f32)) == 0x3fc00000)
	numbers := []uint16{1, 2, 3, 4}
	fmt.Println(*(*uint64)(unsafe.Pointer(unsafe.SliceData(numbers))) == 0x0004000300020001)
}

func rotation() (m matrix) {
	for i := range m {
		m[i][(i+1)%4] = float64(i + 1)
	}
	return m
}

//go:noinline
func multiply(a, b matrix) (c matrix) {
	for i := range a {
		for j := range b {
			for k := range a {
				c[i][j] += a[i][k] * b[k][j]
			}
		}
	}
	return c
}

//go:noinline
func manyResults(n int) (a int8, b uint16, c int32, d float32, e float64, f string, g []int, h [2]vector, i bool, j error) {
	return int8(-n), uint16(n), int32(n << 20), float32(n) / 2, float64(n) / 3, strings.Repeat("f", n), make([]int, n), [2]vector{{x: 1}, {z: 2}}, n > 2, nil
}

//go:noinline
func sumOf(v ...vector) (s vector) {
	for _, w := range v {
		s = vector{s.x + w.x, s.y + w.y, s.z + w.z}
	}
	return s
}

func zeroSized() int {
	type nothing struct{}
	set := map[nothing]nothing{{}: {}}
	many := make([]nothing, 1<<20)
	return len(set) + len(many)
}

// bigArray is copied by memory.copy rather than by single stores.
func bigArray() {
	var a [10000]int32
	for i := range a {
		a[i] = int32(i * i)
	}
	b := a
	b[9999] = -1
	clear(a[100:200])
	fmt.Println(a[9999], b[9999], a == b, a[150], b[150], [10000]int32{} == [10000]int32{})
}
