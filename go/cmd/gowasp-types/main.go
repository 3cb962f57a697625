// Command gowasp-types writes TypeScript declarations of what a program offers by gowasp.Export and gowasp.ExportAsync.
//
//	go run github.com/gowasp/gowasp/go/cmd/gowasp-types -o app.d.ts ./cmd/app
//
// It reads the packages that are named and those of the same module that they import. The names must be constants. With
// -global the names are declared as global ones, too, for programs whose scope is the page's.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	output := flag.String("o", "", "write to `file` and not to standard output")
	global := flag.Bool("global", false, "declare global names, too")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: gowasp-types [-o file] [-global] [package ...]")
		flag.PrintDefaults()
	}
	flag.Parse()
	if err := run(flag.Args(), *output, *global, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "gowasp-types:", err)
		os.Exit(1)
	}
}

func run(patterns []string, output string, global bool, stdout io.Writer) error {
	if len(patterns) == 0 {
		patterns = []string{"."}
	}
	packages, err := load(patterns)
	if err != nil {
		return err
	}
	var offers []offer
	for _, p := range packages {
		found, err := p.offers()
		if err != nil {
			return err
		}
		offers = append(offers, found...)
	}
	text, err := declarations(offers, global)
	if err != nil {
		return err
	}
	if output == "" {
		_, err = io.WriteString(stdout, text)
		return err
	}
	return os.WriteFile(output, []byte(text), 0o644)
}
