package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
)

type record struct {
	ID     int               `json:"id"`
	Name   string            `json:"name"`
	Scores []float64         `json:"scores"`
	Tags   map[string]string `json:"tags,omitempty"`
	Next   *record           `json:"next,omitempty"`
}

func jsonRoundTrip(n int) uint32 {
	value := record{1, "first \"quoted\"", []float64{1, 2.5, -3e20}, map[string]string{"a": "b", "c": "größe"}, &record{ID: 2}}
	sum := uint32(0)
	for i := range n {
		value.ID = i
		encoded, err := json.Marshal(value)
		if err != nil {
			panic(err)
		}
		var decoded record
		if err := json.Unmarshal(encoded, &decoded); err != nil {
			panic(err)
		}
		sum += uint32(decoded.ID + len(encoded) + len(decoded.Tags["c"]))
	}
	return sum
}

var (
	address = regexp.MustCompile(`(\w+)@((?:\w+\.)+\w{2,})`)
	letter  = strings.Repeat("Write to someone@mail.example.org or to nobody at all, please; ", 20)
)

func regularExpressions(n int) uint32 {
	sum := uint32(0)
	for range n {
		for _, match := range address.FindAllStringSubmatchIndex(letter, -1) {
			sum += uint32(match[2] + match[5])
		}
	}
	return sum
}

func formatted(n int) uint32 {
	sum := uint32(0)
	for i := range n {
		line := fmt.Sprintf("%5d %-8s %x %8.3f %v %+v", i, names[i%len(names)], i*7919, float64(i)/3, []int{i, i + 1}, record{ID: i})
		sum += uint32(len(line)) + uint32(line[len(line)/2])
	}
	return sum
}

var source = "package p\n" + strings.Repeat(`
// work does some.
func (t *table[K, V]) work(keys []K, f func(K) (V, error)) (result map[K]V, err error) {
	for i, key := range keys {
		if v, err := f(key); err != nil || i > 1<<10 {
			return nil, fmt.Errorf("key %v: %w", key, err)
		} else if t.rows[key] = (row[V]{value: v, at: i * -3}); len(t.rows)&1 == 0 {
			defer func() { t.done <- struct{}{} }()
		}
	}
	switch x := any(t).(type) {
	case interface{ Close() error }:
		err = x.Close()
	default:
	}
	return
}
`, 10)

func parsed(n int) uint32 {
	sum := uint32(0)
	for range n {
		file, err := parser.ParseFile(token.NewFileSet(), "p.go", source, parser.ParseComments)
		if err != nil {
			panic(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if node != nil {
				sum += uint32(node.End() - node.Pos())
			}
			return true
		})
	}
	return sum
}
