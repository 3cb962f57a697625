// Command generics instantiates generic types and functions with basic types, pointers, interfaces and each other.
package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

type number interface {
	~int | ~int8 | ~int32 | ~int64 | ~uint | ~uint8 | ~float32 | ~float64
}

type celsius float64
type id int

func (i id) String() string { return fmt.Sprintf("#%d", int(i)) }

func sum[T number](values ...T) (total T) {
	for _, v := range values {
		total += v
	}
	return total
}

func mapped[A, B any](in []A, f func(A) B) []B {
	out := make([]B, 0, len(in))
	for _, v := range in {
		out = append(out, f(v))
	}
	return out
}

func fold[A, B any](in []A, start B, f func(B, A) B) B {
	for _, v := range in {
		start = f(start, v)
	}
	return start
}

// list is a linked list.
type list[T any] struct {
	head *element[T]
	size int
}

type element[T any] struct {
	value T
	next  *element[T]
}

func (l *list[T]) push(v T) *list[T] {
	l.head = &element[T]{v, l.head}
	l.size++
	return l
}

func (l *list[T]) each(f func(T)) {
	for e := l.head; e != nil; e = e.next {
		f(e.value)
	}
}

// tree is an ordered binary tree.
type tree[K cmp.Ordered, V any] struct {
	key         K
	value       V
	left, right *tree[K, V]
}

func (t *tree[K, V]) insert(k K, v V) *tree[K, V] {
	if t == nil {
		return &tree[K, V]{key: k, value: v}
	}
	switch c := cmp.Compare(k, t.key); {
	case c < 0:
		t.left = t.left.insert(k, v)
	case c > 0:
		t.right = t.right.insert(k, v)
	default:
		t.value = v
	}
	return t
}

func (t *tree[K, V]) walk(f func(K, V)) {
	if t != nil {
		t.left.walk(f)
		f(t.key, t.value)
		t.right.walk(f)
	}
}

type pair[A, B any] struct {
	first  A
	second B
}

func (p pair[A, B]) swap() pair[B, A] { return pair[B, A]{p.second, p.first} }

type set[T comparable] map[T]struct{}

func setOf[T comparable](values ...T) set[T] {
	s := set[T]{}
	for _, v := range values {
		s[v] = struct{}{}
	}
	return s
}

func (s set[T]) has(v T) bool { _, ok := s[v]; return ok }

// parser has a method on the pointer to its type parameter.
type parser[T any] interface {
	*T
	parse(string) error
}

type flag struct{ on bool }

func (f *flag) parse(s string) error {
	if s != "on" && s != "off" {
		return errors.New("not a flag: " + s)
	}
	f.on = s == "on"
	return nil
}

func parseAll[T any, P parser[T]](words ...string) ([]T, error) {
	out := make([]T, len(words))
	for i, w := range words {
		if err := P(&out[i]).parse(w); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func kind[T any](v T) string {
	switch any(v).(type) {
	case int:
		return "int"
	case string:
		return "string"
	case fmt.Stringer:
		return "stringer"
	case []T:
		return "never"
	}
	return fmt.Sprintf("%T", v)
}

func apply[T any](v T, fs ...func(T) T) T {
	for _, f := range fs {
		v = f(v)
	}
	return v
}

func main() {
	fmt.Println(sum(1, 2, 3), sum(1.5, 2.25), sum[int8](100, 100), sum[celsius](20.5, 1), sum[uint8](), sum(id(3), id(4)))
	fmt.Println(mapped([]int{1, 2, 3}, func(i int) string { return strings.Repeat("*", i) }))
	fmt.Println(fold([]string{"a", "bb", "ccc"}, 0, func(n int, s string) int { return n*10 + len(s) }))
	(&list[any]{}).push(1).push("two").push(nil).each(func(v any) { fmt.Print(v, " ") })
	(&list[pair[id, *int]]{}).push(pair[id, *int]{7, nil}).each(func(p pair[id, *int]) { fmt.Println(p.swap()) })
	trees()
	fmt.Println(setOf("a", "b").has("b"), setOf(1.5).has(2), setOf(pair[int, string]{1, "x"}).has(pair[int, string]{1, "x"}), setOf[any](1, "1").has("1"))
	flags, err := parseAll[flag]("on", "off")
	fmt.Println(flags, err)
	_, err = parseAll[flag]("on", "maybe")
	fmt.Println(err)
	fmt.Println(kind(1), kind("s"), kind(id(1)), kind([]int{}), kind(pair[int, list[string]]{}), kind[error](nil))
	fmt.Println(apply(2, func(i int) int { return i * i }, func(i int) int { return i + 1 }), apply("x", strings.ToUpper))
	standardLibrary()
}

func trees() {
	var byName *tree[string, int]
	for i, w := range strings.Fields("the quick brown fox jumps over the lazy dog") {
		byName = byName.insert(w, i)
	}
	byName.walk(func(k string, v int) { fmt.Print(k, "=", v, " ") })
	var byNumber *tree[float64, []string]
	for _, f := range []float64{3, 1.5, -2, 1e9} {
		byNumber = byNumber.insert(f, []string{fmt.Sprint(f)})
	}
	byNumber.walk(func(k float64, v []string) { fmt.Print(k, v) })
	fmt.Println()
}

func standardLibrary() {
	v := []pair[string, int]{{"b", 2}, {"a", 2}, {"c", 1}}
	slices.SortFunc(v, func(x, y pair[string, int]) int {
		if c := cmp.Compare(x.second, y.second); c != 0 {
			return c
		}
		return cmp.Compare(x.first, y.first)
	})
	fmt.Println(v, slices.Max([]int{3, 9, 4}), slices.Index([]string{"x", "y"}, "y"), min(3, 1, 2), max("a", "b"))
	i, found := slices.BinarySearch([]int{1, 3, 5, 7}, 5)
	fmt.Println(i, found, slices.Compact([]int{1, 1, 2, 2, 1}), slices.Equal([]int{1}, []int{1}))
	m := map[string]int{"a": 1}
	n := maps.Clone(m)
	n["b"] = 2
	fmt.Println(m, n, maps.Equal(m, n))
}
