//go:build unix

package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
)

// main runs each topic of the command line, which is a list of topics and their n, some rounds: it prints the topic's number
// and, for each round, the nanoseconds of CPU time.
func main() {
	runtime.GOMAXPROCS(1)
	const rounds = 5
	for i := 1; i+1 < len(os.Args); i += 2 {
		run := topics[os.Args[i]]
		n, err := strconv.Atoi(os.Args[i+1])
		if run == nil || err != nil {
			fmt.Fprintf(os.Stderr, "usage: micro TOPIC N...: %q %q\n", os.Args[i], os.Args[i+1])
			os.Exit(2)
		}
		result := run(n)
		fmt.Print(result)
		for range rounds {
			start := cpuTime()
			run(n)
			fmt.Print(" ", cpuTime()-start)
		}
		fmt.Println()
	}
}

func cpuTime() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}
