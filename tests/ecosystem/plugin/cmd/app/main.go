// A program that a page imports.
package main

import (
	_ "embed"
	"fmt"

	"example.com/plugin/greeting"
)

//go:embed name.txt
var name string

func main() {
	fmt.Println(greeting.For(name))
	select {}
}

//go:wasmexport add
func add(a, b int32) int64 { return int64(a) + int64(b) }
