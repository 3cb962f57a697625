// A program that edits are made to, to see what an update of it costs: the lines that begin with `// edit` are where.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"

	"example.com/updates/words"
	// edit: import
)

type entry struct {
	Word  string `json:"word"`
	Count int    `json:"count"`
}

func main() {
	text := strings.Join(os.Args[1:], " ")
	var entries []entry
	for word, count := range words.Count(text) {
		entries = append(entries, entry{word, count})
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].Count > entries[j].Count })
	if err := json.NewEncoder(os.Stdout).Encode(entries); err != nil {
		fmt.Fprintln(os.Stderr, "cannot write:", err)
		os.Exit(1)
	}
	// edit: statement
}

// edit: function
