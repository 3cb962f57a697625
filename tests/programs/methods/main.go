// Command methods calls each method in one way only, of which most are through method tables: nothing else keeps it. Nothing
// in it shows methods by reflection.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sort"
	"strings"
	"sync"
)

// By an interface that is asked for while the program runs.
type namer interface{ Name() string }

type named struct{ name string }

func (n named) Name() string { return "named " + n.name }

// Several methods, of which all but one type have only some.
type shape interface {
	Area() int
	Edges() int
	scale(by int) shape
}

type square struct{ side int }

func (s square) Area() int          { return s.side * s.side }
func (s square) Edges() int         { return 4 }
func (s square) scale(by int) shape { return square{s.side * by} }

// It has two of the three, so nobody calls them.
type almost struct{ noise int }

func (a almost) Area() int  { return a.noise + 1 }
func (a almost) Edges() int { return a.noise + 2 }

// The three, by embedding.
type wrapped struct {
	square
	label string
}

func (w wrapped) Edges() int { return w.square.Edges() + len(w.label) }

// An interface in an interface, and one in a struct.
type readNamer interface {
	io.Reader
	namer
}

type source struct{ left string }

func (s *source) Read(to []byte) (int, error) {
	if s.left == "" {
		return 0, io.EOF
	}
	n := copy(to, s.left)
	s.left = s.left[n:]
	return n, nil
}
func (s *source) Name() string { return "source" }

type holder struct{ readNamer }

// Fmt's own interfaces.
type (
	stringer   int
	goStringer int
	formatter  int
)

func (s stringer) String() string                { return fmt.Sprintf("stringer-%d", int(s)) }
func (s goStringer) GoString() string            { return fmt.Sprintf("goStringer-%d", int(s)) }
func (s formatter) Format(f fmt.State, c rune)   { fmt.Fprintf(f, "formatter-%c-%d", c, int(s)) }
func (s formatter) neverCalled(int) (int, error) { return int(s), nil }

// Errors, with what package errors asks them.
type failure struct {
	code  int
	cause error
}

func (f *failure) Error() string        { return fmt.Sprintf("failure %d", f.code) }
func (f *failure) Unwrap() error        { return f.cause }
func (f *failure) Is(target error) bool { return target == errSame }
func (f *failure) Timeout() bool        { return f.code == 1 }

var errSame = errors.New("same")

type timeouter interface{ Timeout() bool }

// Sort's interface, by value and by pointer.
type byLength []string

func (b byLength) Len() int           { return len(b) }
func (b byLength) Less(i, j int) bool { return len(b[i]) < len(b[j]) }
func (b byLength) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }

type notSortable []string

func (n notSortable) Len() int      { return len(n) + 1 }
func (n notSortable) Swap(i, j int) { n[i], n[j] = n[j]+"!", n[i] }

// Marshalers, which encoding/json finds by the type.
type celsius float64

func (c celsius) MarshalJSON() ([]byte, error) { return []byte(fmt.Sprintf(`"%g C"`, float64(c))), nil }
func (c *celsius) UnmarshalJSON(b []byte) error {
	_, err := fmt.Sscanf(strings.Trim(string(b), `"`), "%g C", (*float64)(c))
	return err
}

type key struct{ a, b int }

func (k key) MarshalText() ([]byte, error) { return []byte(fmt.Sprintf("%d/%d", k.a, k.b)), nil }
func (k *key) UnmarshalText(b []byte) error {
	_, err := fmt.Sscanf(string(b), "%d/%d", &k.a, &k.b)
	return err
}

// Constraints.
type adder[T any] interface{ Add(T) T }

type number int

func (n number) Add(m number) number { return n + m }

type text string

func (t text) Add(u text) text { return t + u }

func sum[T adder[T]](all ...T) T {
	var total T
	for _, one := range all {
		total = total.Add(one)
	}
	return total
}

func through[T any](x T) string {
	if n, ok := any(x).(namer); ok {
		return n.Name()
	}
	return "nameless"
}

// Methods as values and expressions, and all kinds of calls.
type counter struct{ n int }

func (c *counter) value() int      { return c.n }
func (c *counter) add(by int)      { c.n += by }
func (c *counter) deferred(by int) { c.n *= by }
func (c *counter) spawned(done chan<- int, by int) {
	c.n += by
	done <- c.n
}
func (c counter) expression(by int) int { return c.n + by }

func (c *counter) closed() { fmt.Println("closed", c.n) }

var table = map[string]func(int) int{
	"double": func(n int) int { return 2 * n },
	"expr":   counter{40}.expression,
	"triple": triple,
}

func triple(n int) int { return 3 * n }

var pool = sync.Pool{New: func() any { return &counter{7} }}

type finalized struct{ data [64]int }

func (f *finalized) gone(done chan<- string) { done <- "finalized" }

func main() {
	interfaces()
	formats()
	failures()
	sorted()
	marshaled()
	generic()
	values()
	missing()
}

func interfaces() {
	for _, x := range []any{named{"n"}, square{3}, 4} {
		switch x := x.(type) {
		case namer:
			fmt.Println(x.Name())
		case shape:
			big := x.scale(2)
			fmt.Println(x.Area(), big.Area(), big.Edges())
		default:
			fmt.Println("neither", x)
		}
	}
	_, isShape := any(almost{1}).(shape)
	fmt.Println("almost:", isShape, almost{1})
	var s shape = wrapped{square{2}, "abc"}
	fmt.Println(s.Area(), s.Edges(), s.scale(3).Area())
	h := holder{&source{left: "read through two interfaces"}}
	all, err := io.ReadAll(h)
	fmt.Println(string(all), err, h.Name())
	var writer any = os.Stdout
	if w, ok := writer.(io.StringWriter); ok {
		w.WriteString("a string writer\n")
	}
}

func formats() {
	fmt.Println(stringer(1), []stringer{2}, map[string]any{"k": stringer(3)}, struct{ S stringer }{4})
	fmt.Printf("%#v %v\n", goStringer(1), goStringer(2))
	fmt.Printf("%x %v\n", formatter(1), []any{formatter(2)})
}

func failures() {
	err := fmt.Errorf("outer: %w", &failure{1, io.ErrUnexpectedEOF})
	fmt.Println(err, errors.Is(err, errSame), errors.Is(err, io.ErrUnexpectedEOF))
	var f *failure
	var t timeouter
	fmt.Println(errors.As(err, &f), f.code, errors.As(err, &t), t.Timeout())
	_, err = os.Open("/does/not/exist")
	var path interface{ Timeout() bool }
	fmt.Println(errors.As(err, &path), errors.Is(err, os.ErrNotExist))
}

func sorted() {
	words := strings.Fields("three eleven a to")
	sort.Sort(byLength(words))
	fmt.Println(words)
	sort.Sort(sort.Reverse(byLength(words)))
	fmt.Println(words, len(notSortable(words)))
	numbers := []int{3, 1, 2}
	sort.Slice(numbers, func(i, j int) bool { return numbers[i] > numbers[j] })
	fmt.Println(numbers)
}

func marshaled() {
	out, err := json.Marshal(map[key]any{{1, 2}: celsius(20.5), {0, 9}: []celsius{1}})
	fmt.Println(string(out), err)
	var in map[key]celsius
	err = json.Unmarshal([]byte(`{"3/4":"30 C"}`), &in)
	fmt.Println(in[key{3, 4}] == 30, err)
}

func generic() {
	fmt.Println(sum(number(1), 2, 3), sum(text("a"), "b"))
	fmt.Println(through(named{"g"}), through(5))
}

func values() {
	c := &counter{1}
	add, value := c.add, (*counter).value
	add(4)
	fmt.Println(value(c))
	func() {
		defer c.deferred(10)
		defer func() { recover() }()
		panic(c)
	}()
	done := make(chan int)
	go c.spawned(done, 5)
	fmt.Println(<-done)
	for _, name := range []string{"double", "expr", "triple"} {
		fmt.Println(name, table[name](2))
	}
	fmt.Println(pool.Get().(*counter).n)
	defer c.closed()
	gone := make(chan string, 1)
	func() { runtime.SetFinalizer(new(finalized), func(f *finalized) { f.gone(gone) }) }()
	for i := 0; i < 100; i++ {
		runtime.GC()
		select {
		case what := <-gone:
			fmt.Println(what)
			return
		default:
			runtime.Gosched()
		}
	}
}

func missing() {
	defer func() { fmt.Println(recover()) }()
	fmt.Println(any(almost{}).(shape).Area())
}
