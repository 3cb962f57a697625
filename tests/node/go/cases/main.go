//go:build js && wasm

// Cases does what its first argument says: each is a case in which hosts were found to differ.
package main

import (
	"fmt"
	"os"
	"strings"
	"syscall/js"
	"time"
)

var global = js.Global()

func main() {
	switch os.Args[1] {
	case "offers":
		global.Set("add1", js.FuncOf(func(_ js.Value, args []js.Value) any { return args[0].Int() + 1 }))
		select {}
	case "promise":
		f := js.FuncOf(func(js.Value, []js.Value) any { return nil })
		global.Get("never").Call("then", f)
		select {}
	case "system":
		system()
	case "pipe":
		pipe()
	case "status":
		_, err := os.Stdout.Stat()
		fmt.Println(err)
		_, err = os.ReadDir(".")
		fmt.Println(err)
		_, err = os.Stdout.WriteAt([]byte("lost"), 3)
		fmt.Println(err)
	case "getter":
		global.Get("throwing").Get("value")
	case "foreign":
		f := js.FuncOf(func(_ js.Value, args []js.Value) any { return args[0].Get("value") })
		global.Call("setTimeout", global.Get("attempt"), 1, f)
		time.Sleep(20 * time.Millisecond)
		fmt.Println("main goes on")
	case "die":
		f := js.FuncOf(func(js.Value, []js.Value) any { panic("in a callback") })
		global.Call("use", f)
		select {}
	case "block":
		global.Call("use", js.FuncOf(blocked))
		select {}
	case "dots":
		for i := 0; i < 200_000; i++ {
			fmt.Print(".")
		}
	case "copies":
		copies()
	case "new-files":
		global.Set("fs", global.Get("files"))
		println("to the new one")
	case "env":
		fmt.Println(len(os.Getenv("LARGE")), len(os.Getenv("SMALL")), os.Args[2:])
	}
}

func blocked(js.Value, []js.Value) any {
	<-make(chan int)
	return nil
}

// system brings its own operating system: functions on process and fs are used.
func system() {
	process, fs := global.Get("process"), global.Get("fs")
	process.Set("cwd", js.FuncOf(func(js.Value, []js.Value) any { return "/the/folder" }))
	process.Set("getuid", js.FuncOf(func(js.Value, []js.Value) any { return 7 }))
	process.Set("pid", 42)
	global.Get("path").Set("resolve", js.FuncOf(func(js.Value, []js.Value) any { return "/resolved" }))
	directory, err := os.Getwd()
	fmt.Println(directory, err, os.Getuid(), os.Getpid(), global.Get("path").Call("resolve"))
	fs.Set("open", js.FuncOf(func(_ js.Value, args []js.Value) any { args[3].Invoke(nil, 11); return nil }))
	fs.Set("close", js.FuncOf(func(_ js.Value, args []js.Value) any { args[1].Invoke(nil); return nil }))
	fs.Set("fstat", js.FuncOf(func(_ js.Value, args []js.Value) any {
		status := global.Get("Object").New()
		for _, name := range strings.Fields("dev ino mode nlink uid gid rdev size blksize blocks atimeMs mtimeMs ctimeMs") {
			status.Set(name, 0)
		}
		status.Set("isDirectory", js.FuncOf(func(js.Value, []js.Value) any { return false }))
		args[1].Invoke(nil, status)
		return nil
	}))
	rest := "content"
	fs.Set("read", js.FuncOf(func(_ js.Value, args []js.Value) any {
		n := js.CopyBytesToJS(args[1], []byte(rest))
		rest = rest[n:]
		args[5].Invoke(nil, n)
		return nil
	}))
	content, err := os.ReadFile("/file")
	fmt.Printf("%q %v\n", content, err)
}

func pipe() {
	bytes := make([]byte, 1<<16)
	for i := 0; i < 100; i++ {
		if _, err := os.Stdout.Write(bytes); err != nil {
			println("go sees:", err.Error())
			os.Exit(5)
		}
		// Node tells of a failed write when the event loop goes on.
		time.Sleep(time.Millisecond)
	}
}

func copies() {
	for _, name := range []string{"foreignArray", "detachedArray"} {
		func() {
			defer func() { fmt.Println(recover()) }()
			bytes := make([]byte, 4)
			fmt.Println(js.CopyBytesToGo(bytes, global.Get(name)), bytes)
			fmt.Println(js.CopyBytesToJS(global.Get(name), bytes))
		}()
	}
}
