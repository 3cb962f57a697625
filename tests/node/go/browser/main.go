//go:build js && wasm

// Browser does in a page what programs for pages do.
package main

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"os"
	"syscall/js"
	"time"
)

func main() {
	global := js.Global()
	document := global.Get("document")
	fmt.Println(global.Equal(global.Get("window")), global.InstanceOf(global.Get("Window")), document.InstanceOf(global.Get("Document")))

	item := document.Call("createElement", "p")
	item.Set("textContent", "größe")
	item.Get("style").Set("color", "red")
	document.Get("body").Call("append", item)
	fmt.Println(item.Get("outerHTML").String(), item.Get("parentNode").Equal(document.Get("body")))

	clicks := 0
	listener := js.FuncOf(func(this js.Value, args []js.Value) any {
		clicks++
		args[0].Call("preventDefault")
		return this.Equal(item)
	})
	item.Call("addEventListener", "click", listener)
	item.Call("click")
	item.Call("dispatchEvent", global.Get("Event").New("click"))
	fmt.Println("clicks", clicks)

	frames := make(chan bool)
	frame := js.FuncOf(func(js.Value, []js.Value) any {
		go func() { frames <- true }()
		return nil
	})
	global.Call("requestAnimationFrame", frame)
	global.Call("setTimeout", frame, 1)
	global.Call("queueMicrotask", frame)
	<-frames
	<-frames
	<-frames
	fmt.Println("scheduled")

	response, err := http.Get(os.Args[1])
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	body, err := io.ReadAll(response.Body)
	fmt.Println(response.StatusCode, len(body), err)
	_, err = http.Get("http://127.0.0.1:1/")
	fmt.Println("refused:", err != nil)

	random := make([]byte, 100_000)
	_, err = rand.Read(random)
	fmt.Println("random", err)
	for i := 0; i < 1000; i++ {
		time.Sleep(time.Microsecond)
	}
	time.Sleep(5 * time.Millisecond)
	_, err = os.Getwd()
	fmt.Println(os.Getpid(), err)
	os.Exit(4)
}
