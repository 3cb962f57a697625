//go:build js && wasm

// Agent offers what a test asks it to do, on a global object named agent.
package main

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"syscall/js"
	"time"
)

func main() {
	agent := map[string]any{
		"ask":     function(func(args []js.Value) any { return answer(args[0].String()) }),
		"echo":    function(func(args []js.Value) any { return args[0] }),
		"exit":    function(func(args []js.Value) any { os.Exit(args[0].Int()); return nil }),
		"call":    function(func(args []js.Value) any { return args[0].Invoke() }),
		"callTwo": function(func(args []js.Value) any { args[0].Invoke(); return args[1].Invoke() }),
		"getX":    function(func(args []js.Value) any { return args[0].Get("x") }),
		"print":   function(func(args []js.Value) any { println(args[0].String()); return args[1].Invoke() }),
		"read":    function(func(args []js.Value) any { go read(args[0]); return nil }),
		"open":    function(func(args []js.Value) any { go open(args[0].String(), args[1]); return nil }),
		"tick":    function(func(args []js.Value) any { go tick(args[0]); return nil }),
		"nap":     function(func(args []js.Value) any { go nap(args[0].Int(), args[1]); return nil }),
		"random":  function(func(args []js.Value) any { return random(args[0].Int()) }),
		"grow":    function(func(args []js.Value) any { keep = append(keep, make([]byte, args[0].Int())); return len(keep) }),
		"collect": function(func([]js.Value) any { keep = nil; runtime.GC(); return nil }),
	}
	js.Global().Set("agent", agent)
	js.Global().Call("ready")
	select {}
}

var keep [][]byte

func function(f func(args []js.Value) any) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) any { return f(args) })
}

func answer(question string) any {
	switch question {
	case "args":
		return strings.Join(os.Args, " ")
	case "env":
		return strings.Join(os.Environ(), " ")
	case "pid":
		return os.Getpid()
	case "cwd":
		directory, err := os.Getwd()
		return fmt.Sprint(directory, " ", errors.Is(err, syscall.ENOSYS))
	case "name":
		return js.Global().Get("name")
	case "stdout":
		fmt.Println("to stdout")
		fmt.Fprintln(os.Stderr, "to stderr")
	}
	return nil
}

func read(done js.Value) {
	scanner := bufio.NewScanner(os.Stdin)
	text := ""
	for scanner.Scan() {
		text += "[" + scanner.Text() + "]"
	}
	done.Invoke(text, fmt.Sprint(scanner.Err()))
}

func open(path string, done js.Value) {
	_, err := os.Open(path)
	done.Invoke(fmt.Sprint(err))
}

func tick(each js.Value) {
	for {
		time.Sleep(time.Millisecond)
		each.Invoke()
	}
}

// nap sleeps n times for a moment.
func nap(n int, done js.Value) {
	for i := 0; i < n; i++ {
		time.Sleep(time.Microsecond)
	}
	done.Invoke()
}

// random returns how many different bytes n random ones hold in their last quarter.
func random(n int) int {
	bytes := make([]byte, n)
	rand.Read(bytes)
	seen := map[byte]bool{}
	for _, b := range bytes[n-n/4:] {
		seen[b] = true
	}
	return len(seen)
}
