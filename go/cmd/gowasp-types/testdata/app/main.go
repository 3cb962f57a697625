//go:build js

// Package main offers something of each kind.
package main

import (
	"syscall/js"
	"time"

	g "github.com/gowasp/gowasp/go"
	"github.com/gowasp/gowasp/go/cmd/gowasp-types/testdata/app/inner"
)

type base struct {
	ID   int64 `json:"id"`
	Name string
}

type node[T any] struct {
	base
	Name     T                   `json:"Name"`
	Children []*node[T]          `json:"children,omitempty"`
	Data     []byte              `json:"-,"`
	Skipped  int                 `json:"-"`
	By       map[string][]string `json:"by-name"`
	When     time.Time
	hidden   bool
}

type inner2 = inner.Thing

const prefix = "app"

func main() {
	g.Export(prefix+"Version", "1")
	g.Export("tree", func(root node[string], in struct{ A, B uint8 }) (*node[string], bool) { return nil, false })
	g.Export("join", func(separator string, _ int, in ...string) {})
	g.Export("each", func(delete func(item any, err error) (bool, error), raw js.Value, f js.Func) error { return nil })
	g.Export[func() ([2]byte, [3]float32, error)]("two-parts", func() ([2]byte, [3]float32, error) { return [2]byte{}, [3]float32{}, nil })
	g.ExportAsync("things", things)
	inner.Offer()
}

// things gives things.
// It may take a while.
func things(many []inner2, other inner.Other) ([]inner.Thing, error) { return nil, nil }
