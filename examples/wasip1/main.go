// Count counts words: of files when it is run, of texts when it is called.
package main

import (
	"fmt"
	"os"
	"strings"
	"unsafe"
)

func main() {
	for _, path := range os.Args[1:] {
		text, err := os.ReadFile(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(path, words(string(text)))
	}
}

//go:wasmexport words
func words(text string) int32 { return int32(len(strings.Fields(text))) }

// What JavaScript has written and words has not read yet.
var room = map[unsafe.Pointer][]byte{}

//go:wasmexport gowasp_alloc
func alloc(size uint32) unsafe.Pointer {
	bytes := make([]byte, max(size, 1))
	room[unsafe.Pointer(&bytes[0])] = bytes
	return unsafe.Pointer(&bytes[0])
}

//go:wasmexport gowasp_free
func free(address unsafe.Pointer) { delete(room, address) }
