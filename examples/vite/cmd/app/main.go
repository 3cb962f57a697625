// A program that adds for a page.
package main

func main() {
	select {}
}

//go:wasmexport add
func add(a, b int32) int64 { return int64(a) + int64(b) }
