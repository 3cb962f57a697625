// Echo shows what its host gave it, and ends as it is told to.
package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "sleep" {
		fmt.Println("sleeping")
		time.Sleep(time.Hour)
	}
	input, _ := io.ReadAll(os.Stdin)
	fmt.Printf("%q %q %q\n", os.Args, os.Getenv("GREETING"), input)
	fmt.Fprintln(os.Stderr, "to stderr")
	os.Exit(3)
}
