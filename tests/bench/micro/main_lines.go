//go:build !js

package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// main answers each line of standard input, a topic and n with a tab between them, with a line that holds the topic's number.
// Whoever asks looks at the clock.
func main() {
	runtime.GOMAXPROCS(1)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		name, count, _ := strings.Cut(lines.Text(), "\t")
		n, err := strconv.Atoi(count)
		run := topics[name]
		if run == nil || err != nil {
			fmt.Fprintf(os.Stderr, "micro: not a topic and a number: %q\n", lines.Text())
			os.Exit(2)
		}
		fmt.Println(run(n))
	}
}
