// Command markdown makes HTML of the Markdown that it reads: a parser with many small objects and interfaces.
package main

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"os"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
)

func main() {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		fail(err)
	}
	converter := goldmark.New(goldmark.WithExtensions(extension.GFM))
	var html bytes.Buffer
	if err := converter.Convert(text, &html); err != nil {
		fail(err)
	}
	fmt.Println(html.Len(), crc32.ChecksumIEEE(html.Bytes()))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
