// Offers functions to JavaScript in Go's types, and calls one of JavaScript's.
package main

import (
	"errors"
	"sort"
	"strings"
	"time"

	gowasp "github.com/gowasp/gowasp/go"
)

// Word is a word of a text.
type Word struct {
	Text  string `json:"text"`
	Count int    `json:"count"`
}

func main() {
	gowasp.Export("version", "1.0")
	gowasp.Export("countWords", countWords)
	gowasp.ExportAsync("countWordsAt", countWordsAt)
	gowasp.Ready()
	select {}
}

// countWords counts the words of a text, the most frequent first.
func countWords(text string) ([]Word, error) {
	if text == "" {
		return nil, errors.New("there is no text")
	}
	counts := map[string]int{}
	for _, word := range strings.Fields(strings.ToLower(text)) {
		counts[word]++
	}
	words := []Word{}
	for text, count := range counts {
		words = append(words, Word{text, count})
	}
	sort.Slice(words, func(i, j int) bool {
		a, b := words[i], words[j]
		return a.Count > b.Count || a.Count == b.Count && a.Text < b.Text
	})
	return words, nil
}

// countWordsAt has JavaScript fetch a text, and waits for it.
func countWordsAt(address string, patience float64) ([]Word, error) {
	fetchText, err := gowasp.Import[func(string) (string, error)]("fetchText")
	if err != nil {
		return nil, err
	}
	texts, problems := make(chan string, 1), make(chan error, 1)
	go func() {
		if text, err := fetchText(address); err != nil {
			problems <- err
		} else {
			texts <- text
		}
	}()
	select {
	case text := <-texts:
		return countWords(text)
	case err := <-problems:
		return nil, err
	case <-time.After(time.Duration(patience) * time.Millisecond):
		return nil, errors.New("no text within the time")
	}
}
