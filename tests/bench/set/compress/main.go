// Command compress packs what it reads by zstd and by deflate, and unpacks it again: loops over bytes and tables.
package main

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"os"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"
)

func main() {
	text, err := io.ReadAll(os.Stdin)
	check(err)

	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedBetterCompression))
	check(err)
	packed := encoder.EncodeAll(text, nil)
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	check(err)
	unpacked, err := decoder.DecodeAll(packed, nil)
	check(err)
	fmt.Println("zstd", len(packed), crc32.ChecksumIEEE(packed), bytes.Equal(unpacked, text))

	var deflated bytes.Buffer
	writer, err := flate.NewWriter(&deflated, 9)
	check(err)
	_, err = writer.Write(text)
	check(err)
	check(writer.Close())
	size := deflated.Len()
	inflated, err := io.ReadAll(flate.NewReader(&deflated))
	check(err)
	fmt.Println("deflate", size, bytes.Equal(inflated, text))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
