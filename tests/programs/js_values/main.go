//go:build js

// Command js_values hands values of every kind to JavaScript and back: objects, arrays, typed arrays, strings of all sizes,
// numbers at the borders, constructors, exceptions, and equality.
package main

import (
	"fmt"
	"math"
	"strings"
	"syscall/js"
)

var global = js.Global()

func main() {
	kinds()
	numbers()
	texts()
	objects()
	arrays()
	typedArrays()
	functions()
	exceptions()
	wrongKinds()
	many()
}

func eval(source string) js.Value { return global.Call("eval", "("+source+")") }

func kinds() {
	for _, s := range []string{"undefined", "null", "true", "false", "0", "1.5", "'s'", "Symbol('x')", "{}", "[]", "function(){}", "10n > 5n"} {
		v := eval(s)
		fmt.Print(v.Type(), ":", v.Truthy(), ":", v.IsNull(), v.IsUndefined(), v.IsNaN(), " ")
	}
	fmt.Println()
	for _, v := range []any{nil, true, 1, int8(-1), uint16(7), int64(1) << 53, uint64(9), 2.5, float32(0.5), "str", map[string]any{"a": []any{1, "x", nil}}, []any{}, js.Undefined(), uintptr(3)} {
		value := js.ValueOf(v)
		fmt.Print(value.Type(), " ", global.Get("JSON").Call("stringify", value).String(), "; ")
	}
	fmt.Println()
	fmt.Println(js.ValueOf(1.5), js.ValueOf("s"), js.Null(), js.ValueOf([]any{1}), js.ValueOf(true))
}

func numbers() {
	identity := eval("x => x")
	text := eval("x => Object.is(x, -0) ? '-0' : String(x)")
	for _, f := range []float64{0, math.Copysign(0, -1), 1, -1.5, math.MaxFloat64, 5e-324, math.Inf(1), math.Inf(-1), math.NaN(), 1 << 53, 4294967296} {
		fmt.Print(identity.Invoke(f).Float(), "/", text.Invoke(f), " ")
	}
	fmt.Println(eval("NaN").IsNaN(), eval("2**31").Int(), eval("-2.9").Int(), eval("1/3").Float())
}

func texts() {
	length := eval("s => s.length")
	back := eval("s => s")
	for _, s := range []string{"", "a", "é", "⌘", "😀", "\x00", strings.Repeat("x", 64), strings.Repeat("ü", 5000), strings.Repeat("a😀", 40000)} {
		fmt.Print(length.Invoke(s), ":", back.Invoke(s).String() == s, " ")
	}
	fmt.Println(eval(`"\ud83d"`).String() == "\ufffd", eval(`"a\udc00b"`).String(), length.Invoke("\xff\xfe"), eval("'é'").String(), len(eval("'€'").String()))
	for i := 0; i < 100; i++ {
		key := fmt.Sprint("key", i)
		global.Set(key, i)
		if global.Get(key).Int() != i {
			fmt.Println("lost", key)
		}
		global.Delete(key)
	}
	fmt.Println(global.Get("key5").IsUndefined())
}

func objects() {
	o := global.Get("Object").New()
	o.Set("a", 1)
	o.Set("nested", map[string]any{"b": []any{1, 2}})
	o.Get("nested").Get("b").SetIndex(5, "five")
	fmt.Println(global.Get("JSON").Call("stringify", o), o.Get("absent").Type(), o.Get("nested").Get("b").Length())
	o.Delete("a")
	fmt.Println(global.Get("Object").Call("keys", o).Length(), o.Equal(o), o.Equal(js.ValueOf(map[string]any{})), eval("NaN").Equal(eval("NaN")), js.ValueOf("x").Equal(eval("'x'")))
	date := global.Get("Date").New(0)
	fmt.Println(date.Call("toISOString"), date.InstanceOf(global.Get("Date")), date.InstanceOf(global.Get("Array")), js.ValueOf(1).InstanceOf(global.Get("Number")))
	counter := eval("{ n: 0, add(d) { this.n += d; return this } }")
	fmt.Println(counter.Call("add", 2).Call("add", 3).Get("n"))
	fmt.Println(eval("class A { constructor(...v) { this.v = v } }").New(1, "two", nil, true).Get("v").Call("join", "-"))
}

func arrays() {
	a := js.ValueOf([]any{3, 1, 2})
	a.Call("sort")
	a.Call("push", "x", 4)
	for i := 0; i < a.Length(); i++ {
		fmt.Print(a.Index(i), " ")
	}
	a.SetIndex(0, js.Null())
	fmt.Println(a.Index(0).IsNull(), a.Index(99).IsUndefined(), a.Call("indexOf", 2))
}

func typedArrays() {
	bytes := global.Get("Uint8Array").New(5)
	fmt.Print(js.CopyBytesToJS(bytes, []byte{1, 2, 3, 4, 5, 6, 7}), " ", js.CopyBytesToJS(bytes, nil), " ")
	got := make([]byte, 3)
	fmt.Println(js.CopyBytesToGo(got, bytes.Call("subarray", 1)), got, bytes.Call("join"))
	clamped := global.Get("Uint8ClampedArray").New([]any{300, -5, 1.5})
	fmt.Println(js.CopyBytesToGo(got, clamped), got)
	big := make([]byte, 300000)
	for i := range big {
		big[i] = byte(i * 31)
	}
	copied := global.Get("Uint8Array").New(len(big))
	js.CopyBytesToJS(copied, big)
	back := make([]byte, len(big))
	js.CopyBytesToGo(back, copied)
	fmt.Println(string(back) == string(big), eval("a => a.reduce((s, b) => (s * 31 + b) | 0, 7)").Invoke(copied))
	func() {
		defer func() { fmt.Println("not bytes", recover() != nil) }()
		js.CopyBytesToGo(got, global.Get("Float32Array").New(1))
	}()
	floats := eval("new Float64Array([0.5, -1, 1e300])")
	fmt.Println(floats.Index(2).Float(), floats.Get("byteLength"))
}

func functions() {
	sum := js.FuncOf(func(this js.Value, args []js.Value) any {
		total := 0.0
		for _, a := range args {
			total += a.Float()
		}
		return total
	})
	defer sum.Release()
	fmt.Println(sum.Invoke(), sum.Invoke(1, 2.5, -3), eval("f => f(1, f(2, 3), 4)").Invoke(sum))
	this := js.FuncOf(func(this js.Value, args []js.Value) any { return this.Get("name") })
	defer this.Release()
	fmt.Println(eval("f => ({name: 'receiver', f}).f()").Invoke(this), eval("f => new f().constructor === f").Invoke(sum))
	results := js.FuncOf(func(_ js.Value, args []js.Value) any {
		switch args[0].Int() {
		case 0:
			return nil
		case 1:
			return "text"
		case 2:
			return []any{1, map[string]any{"k": "v"}}
		case 3:
			return args[1]
		}
		return js.Undefined()
	})
	defer results.Release()
	fmt.Println(eval("f => [0, 1, 2, 3, 4].map(i => JSON.stringify(f(i, {x: i}))).join('|')").Invoke(results))
	fmt.Println(eval("f => [5, 3, 9].map(v => f(v, 1)).join()").Invoke(sum))
}

func try(name string, f func()) {
	defer func() {
		switch r := recover().(type) {
		case js.Error:
			fmt.Println(name, "js:", r.Error(), r.Value.Get("name"))
		case error:
			fmt.Println(name, "go:", r)
		default:
			fmt.Println(name, r)
		}
	}()
	f()
}

func exceptions() {
	try("throws", func() { eval("() => { throw new RangeError('out') }").Invoke() })
	try("throws in constructor", func() { eval("class { constructor() { throw new TypeError('no') } }").New() })
	try("throws in method", func() { eval("{ m() { throw new Error('m') } }").Call("m") })
	try("syntax", func() { global.Call("eval", "(") })
	try("throws a string", func() { eval("() => { throw {name: 'thrown', toString() { return 'object' }} }").Invoke() })
	try("not a constructor", func() { eval("() => 1").New() })
	throwing := js.FuncOf(func(js.Value, []js.Value) any { return nil })
	defer throwing.Release()
	fmt.Println(eval("f => { try { f(); throw new Error('after') } catch (e) { return e.message } }").Invoke(throwing))
}

func wrongKinds() {
	try("call", func() { js.ValueOf(map[string]any{}).Call("absent") })
	try("call on number", func() { js.ValueOf(5).Call("f") })
	try("get on undefined", func() { js.Undefined().Get("x") })
	try("set on string", func() { js.ValueOf("s").Set("x", 1) })
	try("index on null", func() { js.Null().Index(0) })
	try("invoke object", func() { js.ValueOf(map[string]any{}).Invoke() })
	try("int of string", func() { js.ValueOf("s").Int() })
	try("bool of number", func() { js.ValueOf(1).Bool() })
	try("ValueOf", func() { js.ValueOf(struct{}{}) })
}

// many makes so many references that ids are used again after collections.
func many() {
	total := 0
	for i := 0; i < 30000; i++ {
		o := js.ValueOf(map[string]any{"i": i})
		total += o.Get("i").Int()
	}
	fmt.Println("many", total)
}
