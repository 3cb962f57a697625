// Files writes a file and reads it.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	folder, err := os.MkdirTemp(os.Args[1], "go")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	name := filepath.Join(folder, "file")
	if err := os.WriteFile(name, []byte("kept"), 0o600); err != nil {
		panic(err)
	}
	text, err := os.ReadFile(name)
	fmt.Println(string(text), err)
}
