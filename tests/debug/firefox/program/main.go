// Command profiled computes for about a second, in functions that a profiler can tell apart.
package main

import (
	"fmt"
	"sort"
	"strings"
)

//go:noinline
func longestCollatz(below int) int {
	longest := 0
	for start := 1; start < below; start++ {
		steps := 0
		for n := start; n != 1; steps++ {
			if n%2 == 0 {
				n /= 2
			} else {
				n = 3*n + 1
			}
		}
		longest = max(longest, steps)
	}
	return longest
}

//go:noinline
func sortedWords(rounds int) int {
	count := 0
	for range make([]struct{}, rounds) {
		words := strings.Fields(strings.Repeat("the quick brown fox jumps ", 50))
		sort.Strings(words)
		count += len(words)
	}
	return count
}

func main() {
	fmt.Println(longestCollatz(1_000_000), sortedWords(2_000))
}
