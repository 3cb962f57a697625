// Command hello is the smallest program that says something.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Println("hello,", os.Args[1])
	println("hello from println")
}
