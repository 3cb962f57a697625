//go:build js && wasm

// Fetch reads an answer as it comes: the server sends the second part only when it is asked to, after the first was read.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
)

func main() {
	response, err := http.Get(os.Args[1] + "/answer")
	check(err)
	first := make([]byte, 6)
	_, err = io.ReadFull(response.Body, first)
	check(err)
	_, err = http.Get(os.Args[1] + "/go-on")
	check(err)
	rest, err := io.ReadAll(response.Body)
	check(err)
	fmt.Printf("%sthen %s\n", first, rest)
}

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
