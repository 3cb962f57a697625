//go:build js

// Package main has a name that nobody knows.
package main

import (
	"os"

	gowasp "github.com/gowasp/gowasp/go"
)

func main() { gowasp.Export(os.Args[0], 1) }
