// Command reflection finds methods by name, calls functions of every kind of argument, and makes functions and types at
// run time.
package main

import (
	"fmt"
	"reflect"
	"sort"
	"strings"
)

type small struct {
	A int8
	B uint16
}

type large struct {
	Name string
	Data [20]int
	Next *large
}

// Service has its methods found by name.
type Service struct {
	Prefix string `wire:"p" json:"prefix,omitempty"`
	calls  int
}

func (s *Service) Greet(name string) string               { s.calls++; return s.Prefix + name }
func (s *Service) Add(a, b int) (int, error)              { s.calls++; return a + b, nil }
func (s *Service) Variadic(sep string, v ...int) string   { return fmt.Sprint(sep, len(v), v) }
func (s Service) ByValue(l large, m small) (large, small) { l.Name += "!"; m.A++; return l, m }
func (s Service) Fail() error                             { return fmt.Errorf("%s failed", s.Prefix) }

func everyKind(b bool, i int, i8 int8, i16 int16, i32 int32, i64 int64, u uint, u8 uint8, u16 uint16, u32 uint32, u64 uint64,
	p uintptr, f32 float32, f64 float64, c64 complex64, c128 complex128, s string, sl []byte, m map[string]int, f func() int,
	ch chan int, ptr *int, any any, arr [3]int8, st small, lg large) string {
	return fmt.Sprint(b, i, i8, i16, i32, i64, u, u8, u16, u32, u64, p, f32, f64, c64, c128, s, sl, m, f(), cap(ch), *ptr, any, arr, st, lg.Name, lg.Data[19])
}

func main() {
	methods()
	callEveryKind()
	makeFunctions()
	inspect()
	change()
	makeTypes()
	channels()
	panics()
}

func methods() {
	service := &Service{Prefix: "hi "}
	v := reflect.ValueOf(service)
	for i := 0; i < v.NumMethod(); i++ {
		fmt.Println(v.Type().Method(i).Name, v.Type().Method(i).Type)
	}
	fmt.Println(v.MethodByName("Greet").Call([]reflect.Value{reflect.ValueOf("ann")})[0])
	out := v.MethodByName("Add").Call([]reflect.Value{reflect.ValueOf(2), reflect.ValueOf(40)})
	fmt.Println(out[0].Int(), out[1].IsNil(), service.calls)
	fmt.Println(v.MethodByName("Variadic").Call(values(",", 1, 2, 3))[0], v.MethodByName("Variadic").CallSlice(values(",", []int{4}))[0])
	l, m := large{Name: "l"}, small{1, 2}
	l.Data[19] = 9
	out = v.MethodByName("ByValue").Call(values(l, m))
	fmt.Println(out[0].Field(0), out[0].Field(1).Index(19), out[1])
	fail := v.MethodByName("Fail").Interface().(func() error)
	fmt.Println(fail(), v.MethodByName("Missing").IsValid())
}

func values(in ...any) []reflect.Value {
	out := make([]reflect.Value, len(in))
	for i, v := range in {
		out[i] = reflect.ValueOf(v)
	}
	return out
}

func callEveryKind() {
	n := 77
	l := large{Name: "large"}
	l.Data[19] = 19
	in := values(true, -1, int8(-8), int16(-16), int32(-32), int64(-64), uint(1), uint8(8), uint16(16), uint32(32), uint64(64),
		uintptr(5), float32(1.5), 2.5, complex64(1+2i), 3+4i, "str", []byte("by"), map[string]int{"k": 1}, func() int { return 123 },
		make(chan int, 4), &n, "dynamic", [3]int8{1, 2, 3}, small{4, 5}, l)
	fmt.Println(reflect.ValueOf(everyKind).Call(in)[0])
}

func makeFunctions() {
	var swap func(string, int) (int, string)
	bind(&swap, func(in []reflect.Value) []reflect.Value { return []reflect.Value{in[1], in[0]} })
	fmt.Println(swap("a", 1))
	var total func(float64, ...float32) float64
	bind(&total, func(in []reflect.Value) []reflect.Value {
		sum := in[0].Float()
		for i := 0; i < in[1].Len(); i++ {
			sum += in[1].Index(i).Float()
		}
		return values(sum)
	})
	fmt.Println(total(1), total(1, 2, 3.5))
	var grow func(large, int8) (small, large)
	bind(&grow, func(in []reflect.Value) []reflect.Value {
		l := in[0].Interface().(large)
		l.Data[0] = 41
		return values(small{int8(in[1].Int()), 7}, l)
	})
	s, l := grow(large{Name: "n"}, 3)
	fmt.Println(s, l.Name, l.Data[0])
	words := strings.Fields("delta alpha charlie bravo")
	less := reflect.MakeFunc(reflect.TypeOf(func(i, j int) bool { return false }), func(in []reflect.Value) []reflect.Value {
		return values(words[in[0].Int()] < words[in[1].Int()])
	}).Interface().(func(i, j int) bool)
	sort.Slice(words, less)
	fmt.Println(words)
}

func bind(target any, f func([]reflect.Value) []reflect.Value) {
	v := reflect.ValueOf(target).Elem()
	v.Set(reflect.MakeFunc(v.Type(), f))
}

func inspect() {
	t := reflect.TypeOf(Service{})
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		fmt.Println(f.Name, f.Type, f.Tag.Get("wire"), f.IsExported())
	}
	for _, v := range []any{1, "s", []int{}, map[string]bool{}, &n0, func(int) {}, make(<-chan int), struct{}{}, [2]bool{}} {
		fmt.Print(reflect.TypeOf(v), "/", reflect.TypeOf(v).Kind(), " ")
	}
	fmt.Println()
	var err error = fmt.Errorf("e")
	stringer := reflect.TypeOf((*fmt.Stringer)(nil)).Elem()
	fmt.Println(reflect.TypeOf(&err).Elem().Kind(), reflect.TypeOf(err).Implements(stringer), stringer.NumMethod())
	fmt.Println(reflect.DeepEqual(map[string][]int{"a": {1}}, map[string][]int{"a": {1}}), reflect.DeepEqual([]int(nil), []int{}))
}

var n0 int

func change() {
	l := large{Name: "before", Next: &large{}}
	v := reflect.ValueOf(&l).Elem()
	v.FieldByName("Name").SetString("after")
	v.FieldByName("Data").Index(3).SetInt(33)
	v.FieldByName("Next").Elem().Field(0).Set(reflect.ValueOf("linked"))
	fmt.Println(l.Name, l.Data[3], l.Next.Name, v.Field(0).CanSet(), reflect.ValueOf(l).Field(0).CanSet())
	m := reflect.MakeMap(reflect.TypeOf(map[string]int{}))
	m.SetMapIndex(reflect.ValueOf("x"), reflect.ValueOf(1))
	m.SetMapIndex(reflect.ValueOf("y"), reflect.ValueOf(2))
	m.SetMapIndex(reflect.ValueOf("x"), reflect.Value{})
	s := reflect.Append(reflect.MakeSlice(reflect.TypeOf([]string{}), 1, 1), reflect.ValueOf("appended"))
	fmt.Println(m.Interface(), s.Len(), s.Index(1), reflect.Zero(reflect.TypeOf(l)).Field(0).String() == "")
	swap := reflect.Swapper([]large{{Name: "a"}, {Name: "b"}})
	swap(0, 1)
}

func makeTypes() {
	st := reflect.StructOf([]reflect.StructField{
		{Name: "X", Type: reflect.TypeOf(0), Tag: `k:"v"`},
		{Name: "Y", Type: reflect.TypeOf("")},
	})
	v := reflect.New(st).Elem()
	v.Field(0).SetInt(5)
	fmt.Printf("%+v %v\n", v.Interface(), st)
	ft := reflect.FuncOf([]reflect.Type{reflect.TypeOf(0), reflect.SliceOf(st)}, []reflect.Type{reflect.TypeOf(true)}, true)
	fmt.Println(ft, reflect.ArrayOf(4, reflect.TypeOf(byte(0))), reflect.MapOf(reflect.TypeOf(""), reflect.PointerTo(st)), reflect.ChanOf(reflect.RecvDir, ft))
}

func channels() {
	c := make(chan int, 1)
	v := reflect.ValueOf(c)
	v.Send(reflect.ValueOf(8))
	chosen, got, ok := reflect.Select([]reflect.SelectCase{
		{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(make(chan string))},
		{Dir: reflect.SelectRecv, Chan: v},
	})
	fmt.Println(chosen, got, ok, v.TrySend(reflect.ValueOf(9)), v.TrySend(reflect.ValueOf(9)))
}

func panics() {
	for _, f := range []func(){
		func() { reflect.ValueOf(strings.ToUpper).Call(nil) },
		func() { reflect.ValueOf(1).SetInt(2) },
		func() { reflect.ValueOf("s").Int() },
		func() { reflect.ValueOf(func() { panic("inside") }).Call(nil) },
	} {
		func() {
			defer func() { fmt.Println("recovered:", recover()) }()
			f()
		}()
	}
}
