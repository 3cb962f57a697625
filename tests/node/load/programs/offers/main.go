// Offers exports a function and waits to be called.
package main

//go:wasmimport env twice
func twice(x int32) int32

//go:wasmexport answer
func answer(x int32) int32 {
	return twice(x) + 1
}

func main() {
	select {}
}
