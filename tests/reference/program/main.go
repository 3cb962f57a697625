//go:build js && wasm

// Reference does random operations of syscall/js and package os, the same for the same seed, and tells of each what came out.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall/js"
)

const (
	steps    = 60
	maxDepth = 5
)

var (
	kit     = js.Global().Get("kit")
	log     = kit.Get("log")
	pool    []js.Value
	live    []js.Func
	depth   int
	state   uint64
	names   = []string{"a", "b", "length", "m", "f", "then", "subarray", "set", "x y", "", "größe", "message"}
	numbers = []float64{0, 1, -1, 2, 3.7, 1 << 31, 1 << 53, 1e300}
	// reserve makes the memory large beforehand: where it grows while JavaScript runs, Go's own host writes to what it was before.
	reserve  []byte
	literals = []string{"", "text", "größer 🙂", "\xff broken", "a longer text, which is more than thirty-two bytes"}
)

func main() {
	seed, _ := strconv.ParseUint(os.Args[1], 10, 64)
	state = seed
	grow(600)
	reserve = make([]byte, 16<<20)
	reserve = nil
	values := kit.Get("pool")
	for i := 0; i < values.Length(); i++ {
		pool = append(pool, values.Index(i))
	}
	pool = append(pool, js.Global(), js.Global().Get("fs"))
	for i := 0; i < steps; i++ {
		step()
	}
	tell("end")
}

// grow makes the stack large beforehand: Go's own host writes some results to where a stack was before it moved.
func grow(n int) [64]int {
	if n == 0 {
		return [64]int{}
	}
	below := grow(n - 1)
	below[n%64]++
	return below
}

// random returns a number below n (SplitMix64).
func random(n int) int {
	state += 0x9e3779b97f4a7c15
	z := state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) % uint64(n))
}

func tell(what string, results ...any) {
	log.Invoke(append([]any{what}, results...)...)
}

// step does one operation. What it panics with is told, too.
func step() {
	defer func() {
		if problem := recover(); problem != nil {
			tell("panic", fmt.Sprint(problem))
		}
	}()
	operation := operations[random(len(operations))]
	operation()
}

func object() js.Value { return pool[random(len(pool))] }

func name() string { return names[random(len(names))] }

// class is a value that instanceof takes, but for few.
func class() js.Value {
	if random(40) == 0 {
		return object()
	}
	return kit.Get("types").Index(random(4))
}

// array is one of bytes, but for few.
func array() js.Value {
	if random(40) == 0 {
		return kit.Get("arrays").Index(10 + random(2))
	}
	return kit.Get("arrays").Index(random(10))
}

// keep puts a value into the pool, in place of another one when it is full.
func keep(v js.Value) {
	if len(pool) < 80 {
		pool = append(pool, v)
	} else {
		pool[60+random(20)] = v
	}
}

// argument is a value of JavaScript's or of Go's.
func argument() any {
	switch random(8) {
	case 0:
		return numbers[random(len(numbers))]
	case 1:
		return literals[random(len(literals))]
	case 2:
		return random(2) == 0
	case 3:
		return nil
	case 4:
		return map[string]any{"a": random(9), "f": object()}
	case 5:
		return []any{1, "two", object()}
	default:
		return object()
	}
}

func arguments() []any {
	all := make([]any, random(6))
	for i := range all {
		all[i] = argument()
	}
	return all
}

var operations []func()

func init() {
	operations = []func(){
		func() { get() }, get, set, set, set, call, call, call, invoke, invoke, invoke, construct,
		func() { v, n := object(), name(); v.Delete(n); tell("deleted") },
		func() { v := object().Index(random(5)); tell("index", v); keep(v) },
		func() { object().SetIndex(random(5), argument()); tell("index set") },
		func() { tell("length", object().Length()) },
		func() { tell("length", object().Length()) },
		func() { tell("instance", object().InstanceOf(class())) },
		func() { tell("type", object().Type().String()) },
		func() { tell("string", object().String()) },
		func() { tell("truthy", object().Truthy()) },
		func() { tell("int", object().Int()) },
		func() { tell("float", object().Float()) },
		func() { tell("equal", object().Equal(object()), object().IsNaN(), object().IsNull()) },
		func() { v := js.ValueOf(argument()); tell("value", v); keep(v) },
		copyToGo, copyToGo, copyToJS, copyToJS,
		makeFunction, makeFunction, makeFunction, callBack, callBack, callBack, schedule, release,
		files, files, directFiles, concurrently, await,
		func() { runtime.GC(); runtime.Gosched() },
		func() { println("printed by the runtime", depth) },
		func() { fmt.Println("printed", depth) },
	}
}

func get() {
	v := object().Get(name())
	tell("got", v)
	keep(v)
}

func set() {
	object().Set(name(), argument())
	tell("set")
}

func call() {
	v := object().Call(name(), arguments()...)
	tell("called", v)
	keep(v)
}

func invoke() {
	v := object().Invoke(arguments()...)
	tell("invoked", v)
	keep(v)
}

func construct() {
	v := object().New(arguments()...)
	tell("made", v)
	keep(v)
}

func copyToGo() {
	bytes := make([]byte, random(100))
	n := js.CopyBytesToGo(bytes, array())
	tell("copied to Go", n, fmt.Sprint(bytes))
}

func copyToJS() {
	bytes := make([]byte, random(100))
	for i := range bytes {
		bytes[i] = byte(random(256))
	}
	target := array()
	tell("copied to JavaScript", js.CopyBytesToJS(target, bytes), kit.Call("bytes", target))
}

func makeFunction() {
	id := len(live)
	var f js.Func
	f = js.FuncOf(func(this js.Value, args []js.Value) any {
		depth++
		defer func() { depth-- }()
		tell("entered", id, this, len(args))
		for _, arg := range args {
			keep(arg)
		}
		if depth < maxDepth {
			for i := random(4); i > 0; i-- {
				step()
			}
		}
		switch random(60) {
		case 0:
			panic("in a callback")
		case 1:
			os.Exit(random(5))
		case 2, 3, 4:
			f.Release()
		}
		return argument()
	})
	live = append(live, f)
	tell("function", f.Value)
	keep(f.Value)
}

// callBack has JavaScript call a function of Go's, in one of its ways.
func callBack() {
	if len(live) == 0 {
		return
	}
	f := live[random(len(live))]
	v := kit.Call("callBack", f, argument(), argument())
	tell("called back", v)
	keep(v)
}

// schedule has the event loop call a function of Go's.
func schedule() {
	if len(live) > 0 {
		kit.Call("schedule", live[random(len(live))])
	}
}

func release() {
	if len(live) > 0 {
		live[random(len(live))].Release()
		tell("released")
	}
}

func files() {
	switch random(6) {
	case 0:
		content, err := os.ReadFile("/file")
		tell("read", string(content), fmt.Sprint(err))
	case 1:
		tell("written", fmt.Sprint(os.WriteFile("/file", []byte("content"), 0o600)))
	case 2:
		info, err := os.Stat("/file")
		if err == nil {
			tell("status", info.Size(), info.Mode().String())
		} else {
			tell("no status", err.Error())
		}
	case 3:
		entries, err := os.ReadDir("/")
		tell("entries", fmt.Sprint(len(entries)), fmt.Sprint(err))
	case 4:
		tell("made", fmt.Sprint(os.Mkdir("/directory", 0o700), os.Remove("/file"), os.Rename("/a", "/b")))
	case 5:
		n, err := os.Stdout.WriteAt([]byte("at a place"), 3)
		tell("written at", n, fmt.Sprint(err))
	}
}

// directFiles calls Node's functions with parameters that Go does not use.
func directFiles() {
	fs := js.Global().Get("fs")
	bytes := js.Global().Get("Uint8Array").New(10)
	switch random(6) {
	case 0:
		tell("direct", fs.Call("writeSync", 1, bytes, 2, 3))
	case 1:
		tell("direct", fs.Call("write", 1, bytes, kit.Get("ignore")))
	case 2:
		tell("direct", fs.Call("close", 7))
	case 3:
		tell("direct", fs.Call("read", 5, map[string]any{"buffer": bytes}, kit.Get("ignore")))
	case 4:
		tell("direct", fs.Call("writeSync", 1, "0a", nil, "hex"))
	case 5:
		fs.Set("writeSync", kit.Get("writeSync"))
		println("to the new one")
	}
}

func concurrently() {
	done := make(chan bool)
	go func() {
		grow(600)
		step()
		done <- true
	}()
	<-done
	tell("joined")
}

// await waits for JavaScript, which cannot come where it waits for Go.
func await() {
	if depth > 0 && random(20) > 0 {
		return
	}
	answer := make(chan js.Value, 1)
	f := js.FuncOf(func(_ js.Value, args []js.Value) any {
		answer <- args[0]
		return nil
	})
	defer f.Release()
	if random(2) == 0 {
		kit.Call("promise").Call("then", f)
	} else {
		kit.Call("later", f)
	}
	tell("awaited", <-answer)
}
