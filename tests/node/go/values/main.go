//go:build js && wasm

// Values prints what becomes of values of every kind on their way between Go and JavaScript, and how failures are reported.
package main

import (
	"errors"
	"fmt"
	"math"
	"syscall/js"
	"unsafe"
)

var (
	global = js.Global()
	// kit is a JavaScript object that the test supplies.
	kit = global.Get("kit")
)

func main() {
	toJS()
	fromJS()
	properties()
	calls()
	failures()
	identity()
	bytes()
	globals()
}

func toJS() {
	describe := kit.Get("describe")
	var nothing any
	for _, x := range []any{
		nothing, true, false, 0, 1, -1, math.Copysign(0, -1), 1.5, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64,
		math.SmallestNonzeroFloat64, int8(-128), int16(-32768), int32(math.MinInt32), int64(1 << 53), uint8(255), uint16(65535),
		uint32(math.MaxUint32), uint64(math.MaxUint64), uintptr(7), unsafe.Pointer(nil), float32(0.25), "", "text", js.Null(),
		js.Undefined(), js.ValueOf("value"), []any{1, "two", nil, []any{true}},
		map[string]any{"a": 1, "b": map[string]any{"c": "d"}},
	} {
		fmt.Printf("%T to %s\n", x, describe.Invoke(x).String())
	}
	try("ValueOf struct", func() { js.ValueOf(struct{}{}) })
}

func fromJS() {
	samples := kit.Get("samples")
	for i := 0; i < samples.Length(); i++ {
		v := samples.Index(i)
		if kit.Call("isBigInt", i).Bool() {
			// A bigint can be passed on, but has no type in Go.
			fmt.Println(i, "bigint back:", kit.Call("typeOf", v).String())
			try("type of a bigint", func() { v.Type() })
			continue
		}
		fmt.Println(i, v.Type(), v.String(), v.Truthy(), v.IsNaN(), v.IsNull(), v.IsUndefined())
		if v.Type() == js.TypeNumber {
			f := v.Float()
			fmt.Println("  number", f, math.Signbit(f), v.Int())
		}
	}
}

func properties() {
	object := kit.Get("object")
	fmt.Println(object.Get("number").Float(), object.Get("missing").IsUndefined(), object.Get("").String())
	object.Set("number", 2)
	object.Set("added", "new")
	object.Set("größe", 3)
	fmt.Println(kit.Call("json", object).String())
	object.Delete("added")
	object.Delete("neverThere")
	fmt.Println(kit.Call("json", object).String(), object.Get("größe").Int())

	frozen := kit.Get("frozen")
	frozen.Set("fixed", 2) // ignored, as in sloppy JavaScript
	frozen.Set("other", 2)
	frozen.Delete("fixed")
	fmt.Println(kit.Call("json", frozen).String())

	accessor := kit.Get("accessor")
	accessor.Set("twice", 21)
	accessor.Set("readOnly", 1)
	fmt.Println(accessor.Get("twice").Int(), accessor.Get("readOnly").Int())

	array := kit.Get("array")
	array.SetIndex(5, "far")
	array.SetIndex(0, nil)
	fmt.Println(array.Length(), array.Index(1).Int(), array.Index(4).IsUndefined(), array.Index(99).IsUndefined(), array.Index(-1).IsUndefined())
	for _, odd := range []string{"none", "text", "negative", "huge", "fraction", "nan", "unit", "hex", "exponent", "infinite"} {
		fmt.Println("length", odd, kit.Get("lengths").Get(odd).Length())
	}
	function := kit.Get("describe")
	fmt.Println("length of a function", function.Length(), function.Get("name").String())
}

func calls() {
	for n := 0; n <= 20; n++ {
		args := make([]any, n)
		for i := range args {
			args[i] = i
		}
		fmt.Println(kit.Call("count", args...).String(), kit.Get("countOf").Invoke(args...).String(), kit.Get("Counter").New(args...).Get("text").String())
	}
	fmt.Println("this of Invoke is undefined:", kit.Get("thisIsUndefined").Invoke().Bool())
	fmt.Println("instance of:", kit.Get("Counter").New().InstanceOf(kit.Get("Counter")), kit.InstanceOf(kit.Get("Counter")),
		js.ValueOf("text").InstanceOf(global.Get("String")))
	bound := kit.Get("count").Call("bind", kit)
	fmt.Println(bound.Invoke("x").String())
}

func failures() {
	text := js.ValueOf("text")
	try("throwing method", func() { kit.Call("fail", "reason") })
	try("throwing function", func() { kit.Get("failure").Invoke() })
	try("throwing constructor", func() { kit.Get("Failing").New() })
	try("throwing a string", func() { kit.Call("throwValue", "just text") })
	try("throwing undefined", func() { kit.Call("throwValue", js.Undefined()) })
	try("missing method", func() { kit.Call("missing") })
	try("method that is a number", func() { kit.Call("number") })
	try("invoke an object", func() { kit.Invoke() })
	try("construct an arrow function", func() { kit.Get("arrow").New() })
	try("construct an object", func() { kit.New() })
	try("call on a string", func() { text.Call("toUpperCase") })
	try("call on a number", func() { js.ValueOf(1).Call("toFixed") })
	try("call on undefined", func() { js.Undefined().Call("x") })
	try("call on null", func() { js.Null().Call("x") })
	try("call on a symbol", func() { kit.Get("symbol").Call("toString") })
	try("get on a string", func() { text.Get("length") })
	try("set on a number", func() { js.ValueOf(1).Set("a", 1) })
	try("delete on null", func() { js.Null().Delete("a") })
	try("index on true", func() { js.ValueOf(true).Index(0) })
	try("length of a string", func() { text.Length() })
	try("float of a string", func() { text.Float() })
	try("bool of a number", func() { js.ValueOf(1).Bool() })
	fmt.Println("and it goes on:", kit.Call("count", 1).String())
}

func identity() {
	a, b := kit.Get("object"), kit.Get("object")
	fmt.Println(a.Equal(b), a.Equal(kit), js.ValueOf("same").Equal(js.ValueOf("same")), js.ValueOf("same").Equal(js.ValueOf("other")))
	fmt.Println(js.ValueOf(math.NaN()).Equal(js.ValueOf(math.NaN())), js.ValueOf(0).Equal(js.ValueOf(math.Copysign(0, -1))))
	fmt.Println(kit.Get("symbol").Equal(kit.Get("symbol")), kit.Call("identity", a).Equal(a), kit.Get("describe").Equal(kit.Get("describe")))
	fmt.Println(kit.Call("identity", kit.Get("bigint")).Equal(kit.Get("bigint")))
}

func bytes() {
	for _, n := range []int{0, 1, 15, 16, 63, 64, 65, 1000, 100_000} {
		source := make([]byte, n)
		for i := range source {
			source[i] = byte(i * 7)
		}
		array := global.Get("Uint8Array").New(n)
		back := make([]byte, n)
		fmt.Println(n, js.CopyBytesToJS(array, source), kit.Call("checksum", array).Int(), js.CopyBytesToGo(back, array), string(back) == string(source))
	}
	array := global.Get("Uint8Array").New(10)
	clamped := global.Get("Uint8ClampedArray").New(3)
	fmt.Println("longer than the target:", js.CopyBytesToJS(array, make([]byte, 20)), js.CopyBytesToJS(clamped, []byte{1, 2, 3, 4}), js.CopyBytesToGo(make([]byte, 2), clamped))
	fmt.Println("shorter:", js.CopyBytesToJS(array, []byte{9}), js.CopyBytesToGo(make([]byte, 50), array), js.CopyBytesToGo(nil, array))
	try("to an Int8Array", func() { js.CopyBytesToJS(global.Get("Int8Array").New(1), []byte{1}) })
	try("from an ArrayBuffer", func() { js.CopyBytesToGo([]byte{1}, global.Get("ArrayBuffer").New(1)) })
	try("from null", func() { js.CopyBytesToGo([]byte{1}, js.Null()) })
}

func globals() {
	fmt.Println(global.Get("globalThis").Equal(global), global.Get("Object").Get("prototype").Type(), global.Get("noSuchName").Type())
	fmt.Println(global.Call("parseInt", "12px").Int(), global.Call("isNaN", "x").Bool(), global.Get("Math").Call("max", 1, 5, 3).Int())
	fmt.Println("receiver:", global.Call("receiverIsGlobal").Bool())
	global.Set("setByGo", 5)
	fmt.Println(global.Get("setByGo").Int())
	global.Delete("setByGo")
	fmt.Println(global.Get("setByGo").Type())
}

// try runs f and prints the panic that it ends with.
func try(what string, f func()) {
	defer func() {
		problem := recover()
		if err, ok := problem.(error); ok {
			var jsError js.Error
			fmt.Printf("%s: %T, js.Error %v, %v\n", what, err, errors.As(err, &jsError), err)
			return
		}
		fmt.Printf("%s: %v\n", what, problem)
	}()
	f()
}
