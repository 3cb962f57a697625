// Hello says how it was started.
package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

func main() {
	time.Sleep(time.Millisecond)
	fmt.Println("Go with", strings.Join(os.Args[1:], ", "))
}
