// Package words is what stands for a dependency.
package words

import "strings"

// Count counts the words of a text.
func Count(text string) map[string]int {
	counts := make(map[string]int)
	for _, word := range strings.Fields(text) {
		counts[strings.ToLower(word)]++
	}
	return counts
}
