// Command compression packs and unpacks with flate, gzip, zlib, lzw, bzip2, tar and zip, and rejects damaged data.
package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/bzip2"
	"compress/flate"
	"compress/gzip"
	"compress/lzw"
	"compress/zlib"
	"encoding/base64"
	"fmt"
	"hash/adler32"
	"hash/crc32"
	"io"
	"strings"
)

func main() {
	inputs := [][]byte{nil, []byte("a"), []byte(strings.Repeat("hello, compression! ", 3000)), noise(70000), mixed(120000)}
	for _, in := range inputs {
		fmt.Println(len(in), crc32.ChecksumIEEE(in), adler32.Checksum(in))
		for _, level := range []int{flate.HuffmanOnly, flate.NoCompression, flate.BestSpeed, 5, flate.BestCompression} {
			packed := deflate(in, level)
			out, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
			fmt.Print("  level ", level, " ", bytes.Equal(in, out), " ", err, " ", len(packed) <= len(in)+len(in)/100+20)
		}
		fmt.Println()
	}
	formats(inputs[4])
	damaged(inputs[2])
	dictionary()
	archives()
}

func noise(n int) []byte {
	b, x := make([]byte, n), uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return b
}

func mixed(n int) []byte {
	var b bytes.Buffer
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "<li id=%d>%x</li>\n", i, i*i*7919)
	}
	return b.Bytes()
}

func deflate(in []byte, level int) []byte {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, level)
	if err != nil {
		panic(err)
	}
	for len(in) > 0 {
		n := min(len(in), 10007)
		w.Write(in[:n])
		in = in[n:]
	}
	w.Close()
	return out.Bytes()
}

func formats(in []byte) {
	var gz, zl, lz bytes.Buffer
	g, _ := gzip.NewWriterLevel(&gz, 9)
	g.Name = "name"
	g.Write(in)
	g.Close()
	z := zlib.NewWriter(&zl)
	z.Write(in)
	z.Close()
	l := lzw.NewWriter(&lz, lzw.LSB, 8)
	l.Write(in)
	l.Close()
	gr, err := gzip.NewReader(&gz)
	fromGzip, gzErr := io.ReadAll(gr)
	zr, _ := zlib.NewReader(&zl)
	fromZlib, zlErr := io.ReadAll(zr)
	fromLzw, lzErr := io.ReadAll(lzw.NewReader(&lz, lzw.LSB, 8))
	fmt.Println(gr.Name, err, bytes.Equal(in, fromGzip), gzErr, bytes.Equal(in, fromZlib), zlErr, bytes.Equal(in, fromLzw), lzErr)
	// "hello hello hello hello" by bzip2 1.0.8.
	packed, _ := base64.StdEncoding.DecodeString("QlpoOTFBWSZTWQL4sL0AAAORAEAAAkSgADDNAFSGlnGbOKPF3JFOFCQAviwvQA==")
	text, err := io.ReadAll(bzip2.NewReader(bytes.NewReader(packed)))
	fmt.Printf("%q %v\n", text, err)
}

func damaged(in []byte) {
	var gz bytes.Buffer
	g := gzip.NewWriter(&gz)
	g.Write(in)
	g.Close()
	for _, change := range []func([]byte) []byte{
		func(b []byte) []byte { return b[:len(b)/2] },
		func(b []byte) []byte { b[len(b)-6] ^= 1; return b },
		func(b []byte) []byte { b[0] = 0; return b },
		func(b []byte) []byte { b[12] ^= 0xff; b[13] ^= 0xff; return b },
		func(b []byte) []byte { return nil },
	} {
		r, err := gzip.NewReader(bytes.NewReader(change(bytes.Clone(gz.Bytes()))))
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		fmt.Println(err != nil, err == io.ErrUnexpectedEOF, err == gzip.ErrChecksum, err == gzip.ErrHeader, err == io.EOF)
	}
}

func dictionary() {
	words := []byte("the common words of all messages")
	var out bytes.Buffer
	w, _ := flate.NewWriterDict(&out, 9, words)
	w.Write([]byte("the common words"))
	w.Flush()
	w.Write([]byte(" of all messages"))
	w.Close()
	text, err := io.ReadAll(flate.NewReaderDict(&out, words))
	fmt.Println(string(text), err)
}

func archives() {
	var t, z bytes.Buffer
	tw, zw := tar.NewWriter(&t), zip.NewWriter(&z)
	for _, name := range []string{"a.txt", "dir/b.txt", strings.Repeat("long/", 30) + "c"} {
		body := []byte("content of " + name)
		tw.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(body))})
		tw.Write(body)
		f, _ := zw.Create(name)
		f.Write(body)
	}
	tw.Close()
	zw.Close()
	for tr := tar.NewReader(&t); ; {
		h, err := tr.Next()
		if err != nil {
			fmt.Println(err)
			break
		}
		body, _ := io.ReadAll(tr)
		fmt.Print(len(h.Name), ":", len(body), " ")
	}
	zr, err := zip.NewReader(bytes.NewReader(z.Bytes()), int64(z.Len()))
	for _, f := range zr.File {
		r, _ := f.Open()
		body, _ := io.ReadAll(r)
		fmt.Print(len(f.Name), ":", len(body), " ")
	}
	fmt.Println(err)
}
