//go:build js && wasm

// Process ends in the way its first argument says.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall/js"
	"time"
)

func main() {
	switch os.Args[1] {
	case "return":
	case "exit":
		code, _ := strconv.Atoi(os.Args[2])
		fmt.Println("exiting with", code)
		os.Exit(code)
	case "args":
		fmt.Printf("%q\n", os.Args[1:])
	case "env":
		fmt.Printf("%q %q\n", os.Getenv("FIRST"), os.Getenv("SECOND"))
		fmt.Println(len(os.Environ()))
	case "panic":
		panic("no way out")
	case "panic-error":
		panic(errors.New("an error"))
	case "nil":
		var p *int
		*p = 1
	case "deadlock":
		fmt.Println("waiting")
		<-make(chan int)
	case "deadlock-later":
		time.Sleep(2 * time.Millisecond)
		var mutex sync.Mutex
		mutex.Lock()
		mutex.Lock()
	case "goexit":
		go func() { time.Sleep(time.Millisecond) }()
		runtime.Goexit()
	case "panic-in-callback":
		js.FuncOf(func(js.Value, []js.Value) any { panic("inside") }).Invoke()
	case "panic-in-timeout":
		js.Global().Call("setTimeout", js.FuncOf(func(js.Value, []js.Value) any { panic("in a timeout") }), 1)
		select {}
	case "js-error":
		js.Global().Get("missing").Get("property")
	case "js-throw":
		js.Global().Get("JSON").Call("parse", "{")
	case "js-getter":
		js.Global().Get("kit").Get("throwing").Get("value")
	case "println":
		println("to stderr", 1, true)
		fmt.Print("no line end")
	case "stdin":
		stdin()
	case "files":
		files()
	case "big-output":
		fmt.Print(strings.Repeat(strings.Repeat("x", 99)+"\n", 5000))
	}
}

func stdin() {
	reader := bufio.NewReader(os.Stdin)
	line, err := reader.ReadString('\n')
	fmt.Printf("%q %v\n", line, err)
	rest, err := io.ReadAll(reader)
	fmt.Println(len(rest), strings.Count(string(rest), "\n"), err)
	again, err := io.ReadAll(os.Stdin)
	fmt.Println(len(again), err)
}

func files() {
	directory, err := os.MkdirTemp("", "hosttest")
	check(err)
	defer os.RemoveAll(directory)
	check(os.Chdir(directory))
	check(os.WriteFile("a.txt", []byte("content"), 0o600))
	check(os.Mkdir("sub", 0o755))
	check(os.Rename("a.txt", "sub/b.txt"))
	check(os.Symlink("sub/b.txt", "link"))
	content, err := os.ReadFile("link")
	check(err)
	info, err := os.Stat("sub/b.txt")
	check(err)
	fmt.Println(string(content), info.Size(), info.Mode(), info.IsDir())
	entries, err := os.ReadDir(".")
	check(err)
	for _, entry := range entries {
		fmt.Println(entry.Name(), entry.IsDir())
	}
	file, err := os.OpenFile("sub/b.txt", os.O_RDWR|os.O_APPEND, 0)
	check(err)
	_, err = file.WriteString(" and more")
	check(err)
	_, err = file.Seek(8, io.SeekStart)
	check(err)
	rest, err := io.ReadAll(file)
	fmt.Println(string(rest), err, file.Close())
	_, err = os.Open("missing")
	fmt.Println(err, errors.Is(err, os.ErrNotExist))
}

func check(err error) {
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}
