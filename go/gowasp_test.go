//go:build js

package gowasp

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"syscall/js"
	"testing"
	"time"
	_ "time/tzdata"
)

// eval gives what an expression of JavaScript is.
func eval(expression string) js.Value {
	return js.Global().Call("eval", "("+expression+")")
}

func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func wantText(t *testing.T, got error, want string) {
	t.Helper()
	if got == nil || !strings.Contains(got.Error(), want) {
		t.Errorf("the error is %v, want one with %q", got, want)
	}
}

type inner struct {
	City string `json:"city"`
}

type person struct {
	inner
	Name    string          `json:"name"`
	Age     uint8           `json:"age,omitempty"`
	Tags    []string        `json:"tags"`
	Scores  map[int]float64 `json:"scores"`
	Friend  *person         `json:"friend,omitempty"`
	Picture []byte          `json:"picture"`
	Born    time.Time       `json:"born"`
	hidden  int
	Secret  string `json:"-"`
	Rest    any
}

func TestValuesGoThereAndBack(t *testing.T) {
	born := time.UnixMilli(951782400123)
	before := person{
		inner: inner{"Zürich"}, Name: "Ada", Age: 36, Tags: []string{"a", ""}, Scores: map[int]float64{-1: 0.5},
		Friend: &person{Name: "Bob", Tags: []string{}, Scores: map[int]float64{}, Picture: []byte{}, Born: born}, Picture: []byte{0, 255}, Born: born,
		Rest: map[string]any{"list": []any{1.5, "x", nil, true, []byte{7}, born}, "__proto__": "own"},
	}
	value := must[js.Value](t)(ToJS(before))
	if got := js.Global().Get("JSON").Call("stringify", value).String(); !strings.HasPrefix(got, `{"city":"Zürich","name":"Ada","age":36,`) {
		t.Error("JavaScript has", got)
	}
	after := must[person](t)(FromJS[person](value))
	if !reflect.DeepEqual(before, after) {
		t.Errorf("got  %+v\nwant %+v", after, before)
	}
}

func TestTypesOfJavaScript(t *testing.T) {
	for expression, value := range map[string]any{
		"v => v instanceof Uint8Array && v.join() === '1,2'": []byte{1, 2},
		"v => v instanceof Uint8Array && v.length === 3 ":    [3]byte{},
		"v => Array.isArray(v) && v[1] === 2":                []int{1, 2},
		"v => v instanceof Date && v.getTime() === 5":        time.UnixMilli(5),
		"v => v instanceof Error && v.message === 'no'":      errors.New("no"),
		"v => v === null":                                      (*person)(nil),
		"v => v === 9007199254740991":                          int64(1<<53 - 1),
		"v => v.a.b === 1 && Object.keys(v).join() === 'a'":    map[string]map[string]int{"a": {"b": 1}},
		"v => v(20, 22) === 42":                                func(a, b int) int { return a + b },
		"v => Number.isNaN(v.NaN) && v.true === true":          map[string]any{"NaN": eval("NaN"), "true": true},
		"v => v.cause === undefined && v.message === 'in: no'": fmt.Errorf("in: %w", errors.New("no")),
	} {
		if !eval(expression).Invoke(must[js.Value](t)(ToJS(value))).Bool() {
			t.Error(expression, "is false")
		}
	}
}

func TestWhatDoesNotFitIsAnError(t *testing.T) {
	check := func(want string, err error) {
		t.Helper()
		wantText(t, err, want)
	}
	_, err := FromJS[int](eval("1.5"))
	check("1.5 does not fit int", err)
	_, err = FromJS[uint8](eval("256"))
	check("256 does not fit uint8", err)
	_, err = FromJS[uint](eval("-1"))
	check("-1 does not fit uint", err)
	_, err = FromJS[int64](eval("2 ** 53"))
	check("does not fit int64", err)
	_, err = FromJS[string](eval("new Date(0)"))
	check("a string is wanted, not an object (Date)", err)
	_, err = FromJS[[]person](eval("[{}, { friend: { tags: [1] } }]"))
	check("[1]: friend: tags: [0]: a string is wanted, not 1", err)
	_, err = FromJS[[2]int](eval("[1]"))
	check("it has 1 items, not 2", err)
	_, err = FromJS[map[int]int](eval("({ x: 1 })"))
	check(`the property "x" is no int`, err)
	_, err = FromJS[time.Time](eval("new Date(NaN)"))
	check("invalid", err)
	_, err = FromJS[any](eval("(() => { const a = []; a.push(a); return a })()"))
	check("nested too deeply", err)
	_, err = ToJS(uint64(1) << 60)
	check("is no integer that a number holds exactly", err)
	_, err = ToJS(make(chan int))
	check("chan int has no counterpart", err)
	_, err = ToJS(map[string]any{"a": []any{complex(1, 2)}})
	check("a: [0]: complex128", err)
	loop := map[string]any{}
	loop["loop"] = loop
	_, err = ToJS(loop)
	check("nested too deeply", err)
}

func TestNullIsZero(t *testing.T) {
	got := must[person](t)(FromJS[person](eval("({ name: null, tags: null, friend: undefined, unknown: 1 })")))
	if !reflect.DeepEqual(got, person{}) {
		t.Errorf("got %+v", got)
	}
}

func TestExport(t *testing.T) {
	Export("testAdd", func(a, b int) int { return a + b })
	Export("testLimits", map[string]int{"most": 3})
	Export("testDivide", func(a, b int) (int, int, error) {
		if b == 0 {
			return 0, 0, errors.New("division by zero")
		}
		return a / b, a % b, nil
	})
	Export("testJoin", func(separator string, parts ...string) string { return strings.Join(parts, separator) })
	Export("testPanic", func() { panic("by hand") })
	Export("testPanicWith", func(what string) { panic(map[string]any{"n": 42, "struct": struct{}{}}[what]) })
	Export("testThrow", func(f func() error) error { return f() })
	for expression, want := range map[string]string{
		"testAdd(40, 2)":                                  "42",
		"testAdd.name":                                    "bound testAdd",
		"testAdd.call({ toString: null }, 1)":             "1",
		"testLimits.most":                                 "3",
		"testDivide(7, 2)":                                "3,1",
		"testJoin('-', 'a', 'b')":                         "a-b",
		"testJoin('-')":                                   "",
		"thrown(() => testDivide(1, 0))":                  "Error: division by zero",
		"thrown(() => testAdd('1'))":                      "Error: argument 1: a number is wanted, not a string",
		"thrown(testPanic)":                               "Error: panic: by hand",
		"thrown(() => testPanicWith('n'))":                "Error: panic: 42",
		"thrown(() => testPanicWith('struct'))":           "Error: panic: a struct {}",
		"thrown(() => testThrow(() => { throw 5 }))":      "5",
		"thrown(() => testThrow(() => testDivide(1, 0)))": "Error: division by zero",
		"testDivide(9, 4)":                                "2,1",
	} {
		program := "function thrown(f) { try { f(); return 'nothing' } catch (error) { return String(error) } }"
		got := eval("() => { " + program + "; return String(" + expression + ") }").Invoke().String()
		if got != want {
			t.Errorf("%s is %q, want %q", expression, got, want)
		}
	}
	stack := eval("() => { try { testPanic() } catch (error) { return error.stack } }").Invoke().String()
	if !strings.Contains(stack, "gowasp_test.go:") {
		t.Error("no trace of Go's in", stack)
	}
}

func TestCallsOfOneFunctionWithinEachOther(t *testing.T) {
	var nested js.Value
	Export("testNested", func(n int) (int, error) {
		if n == 0 {
			return 0, errors.New("bottom")
		}
		// A goroutine that comes to run after this function has answered, before JavaScript goes on.
		go nested.Invoke(n - 1)
		return n, nil
	})
	nested = eval("(n) => { try { return testNested(n) } catch (error) { return error.message } }")
	for i := 0; i < 3; i++ {
		if got := nested.Invoke(3); got.Type() != js.TypeNumber || got.Int() != 3 {
			t.Error("3 levels answered", got)
		}
		if got := nested.Invoke(0).String(); got != "bottom" {
			t.Error("the bottom answered", got)
		}
	}
}

func TestFunctionsOfWrongTypesAreRefused(t *testing.T) {
	for want, offer := range map[string]func(){
		"chan int has no counterpart":        func() { Export("testChan", func(chan int) {}) },
		"a function is wanted, not int":      func() { Func(5) },
		"the keys of an object are strings":  func() { AsyncFunc(func() map[bool]int { return nil }) },
		"field F: complex128 has no counter": func() { Func(func(struct{ F complex128 }) {}) },
	} {
		func() {
			defer func() { wantText(t, fmt.Errorf("%v", recover()), want) }()
			offer()
		}()
	}
}

func TestAwait(t *testing.T) {
	value := must[js.Value](t)(Await(eval("new Promise((resolve) => setTimeout(resolve, 5, 'late'))")))
	if value.String() != "late" {
		t.Error("got", value)
	}
	if got := must[js.Value](t)(Await(js.ValueOf(7))).Int(); got != 7 {
		t.Error("what is no promise became", got)
	}
	for expression, want := range map[string]string{
		"Promise.reject(new RangeError('far'))": "RangeError: far",
		"Promise.reject(5)":                     "5",
		"Promise.reject()":                      "undefined",
		"Promise.reject({ toString: null })":    "a value without a text",
	} {
		_, err := Await(eval(expression))
		wantText(t, err, want)
		var thrown *Error
		if !errors.As(err, &thrown) {
			t.Error(expression, "is no *Error")
		}
	}
}

func TestAsyncFunctionsWait(t *testing.T) {
	ExportAsync("testTitle", func(text string, wait int) (string, error) {
		if text == "" {
			return "", errors.New("no text")
		}
		if text == "panic" {
			panic(errors.New("in a goroutine"))
		}
		_, err := Await(eval(fmt.Sprintf("new Promise((resolve) => setTimeout(resolve, %d))", wait)))
		return strings.ToUpper(text), err
	})
	for expression, want := range map[string]string{
		"testTitle('go', 5)": "GO",
		"Promise.all([testTitle('a', 9), testTitle('b', 3)])": "A,B",
		"testTitle('')":      "rejected Error: no text",
		"testTitle('panic')": "rejected Error: panic: in a goroutine",
		"testTitle(5)":       "rejected Error: argument 1: a string is wanted, not 5",
	} {
		value := must[js.Value](t)(Await(eval(expression + ".then(String, (error) => 'rejected ' + error)")))
		if value.String() != want {
			t.Errorf("%s became %q, want %q", expression, value.String(), want)
		}
	}
}

func TestPromise(t *testing.T) {
	list := must[js.Value](t)(Await(Promise(func() ([]int, error) { return []int{1, 2}, nil })))
	if list.Length() != 2 {
		t.Error("got", list)
	}
	_, err := Await(Promise(func() (chan int, error) { return make(chan int), nil }))
	wantText(t, err, "chan int has no counterpart")
}

func TestImport(t *testing.T) {
	if got := must[float64](t)(Import[float64]("Math.PI")); got < 3.14 {
		t.Error("got", got)
	}
	larger := must[func(...float64) float64](t)(Import[func(...float64) float64]("Math.max"))
	if got := larger(1, 5, 2); got != 5 {
		t.Error("got", got)
	}
	js.Global().Set("testApi", eval(`{
		name: "api",
		greet(who) { if (!who) throw new TypeError("who?"); return this.name + " greets " + who },
		async later(n) { if (n < 0) throw new Error("negative"); return { city: "c" + n } },
		promise: async () => 1,
		twice: (f, n) => f(f(n)),
	}`))
	greet := must[func(string) (string, error)](t)(Import[func(string) (string, error)]("testApi.greet"))
	if got := must[string](t)(greet("Ada")); got != "api greets Ada" {
		t.Error("got", got)
	}
	_, err := greet("")
	wantText(t, err, "TypeError: who?")
	later := must[func(int) (inner, error)](t)(Import[func(int) (inner, error)]("testApi.later"))
	if got := must[inner](t)(later(3)); got.City != "c3" {
		t.Error("got", got)
	}
	_, err = later(-1)
	wantText(t, err, "negative")
	promise := must[func() js.Value](t)(Import[func() js.Value]("testApi.promise"))
	if got := promise(); !isPromise(got) {
		t.Error("a js.Value was waited for:", got)
	}
	twice := must[func(func(int) int, int) int](t)(Import[func(func(int) int, int) int]("testApi.twice"))
	if got := twice(func(n int) int { return n * 3 }, 2); got != 18 {
		t.Error("got", got)
	}
	_, err = Import[int]("testApi.none.deeper")
	wantText(t, err, "there is nothing with a property deeper")
	_, err = Import[int]("testApi.none")
	wantText(t, err, "there is none")
	_, err = Import[func()]("testApi.name")
	wantText(t, err, "a function is wanted, not a string")
}

func TestReady(t *testing.T) {
	Ready()
	called := 0
	hook := js.FuncOf(func(js.Value, []js.Value) any { called++; return nil })
	js.Global().Set("gowaspReady", hook)
	defer js.Global().Delete("gowaspReady")
	Ready()
	if called != 1 {
		t.Error("called", called)
	}
}

func TestTimeZone(t *testing.T) {
	intl := js.Global().Get("Intl")
	defer js.Global().Set("Intl", intl)
	js.Global().Set("Intl", eval(`{ DateTimeFormat: () => ({ resolvedOptions: () => ({ timeZone: "America/New_York" }) }) }`))
	local := time.Local
	defer func() { time.Local = local }()
	if err := UseTimeZone(); err != nil {
		t.Fatal(err)
	}
	summer, winter := time.Unix(1_750_000_000, 0), time.Unix(1_735_000_000, 0)
	if got := summer.Format("MST") + winter.Format("MST"); got != "EDTEST" {
		t.Error("got", got)
	}
	js.Global().Set("Intl", js.Undefined())
	if TimeZone() != "" {
		t.Error("a host that does not tell has", TimeZone())
	}
}
