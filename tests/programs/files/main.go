// Command files writes, reads, lists, renames and removes files in its working directory, and fails in the ways files fail.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

func main() {
	check(os.MkdirAll("dir/sub", 0o755))
	check(os.WriteFile("dir/one.txt", []byte("one\n"), 0o644))
	appending()
	seeking()
	walking()
	renaming()
	failing()
	large()
	temporary()
	check(os.RemoveAll("dir"))
	_, err := os.Stat("dir")
	fmt.Println("gone", errors.Is(err, fs.ErrNotExist))
}

func check(err error) {
	if err != nil {
		fmt.Println("unexpected:", err)
		os.Exit(1)
	}
}

func appending() {
	f, err := os.OpenFile("dir/one.txt", os.O_APPEND|os.O_WRONLY, 0)
	check(err)
	for i := 0; i < 3; i++ {
		fmt.Fprintf(f, "line %d\n", i)
	}
	check(f.Close())
	text, err := os.ReadFile("dir/one.txt")
	check(err)
	fmt.Printf("%q\n", text)
	fmt.Println("closed twice:", errors.Is(f.Close(), fs.ErrClosed))
}

func seeking() {
	f, err := os.Create("dir/seek.bin")
	check(err)
	defer f.Close()
	_, err = f.Write([]byte("0123456789"))
	check(err)
	_, err = f.Seek(-4, io.SeekEnd)
	check(err)
	_, err = f.Write([]byte("WXYZ!"))
	check(err)
	part := make([]byte, 4)
	n, err := f.ReadAt(part, 7)
	fmt.Println(n, err, string(part))
	n, err = f.ReadAt(part, 9)
	fmt.Println(n, err == io.EOF, string(part[:n]))
	check(f.Truncate(3))
	info, err := f.Stat()
	check(err)
	fmt.Println(info.Name(), info.Size(), info.IsDir(), info.Mode().IsRegular())
}

func walking() {
	check(os.WriteFile("dir/sub/deep.go", []byte("package deep"), 0o600))
	check(filepath.WalkDir("dir", func(path string, d fs.DirEntry, err error) error {
		fmt.Print(filepath.ToSlash(path), " ", d.IsDir(), "; ")
		return err
	}))
	entries, err := os.ReadDir("dir")
	check(err)
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	sort.Strings(names)
	matches, err := fs.Glob(os.DirFS("dir"), "*/*.go")
	fmt.Println(names, matches, err)
}

func renaming() {
	check(os.Rename("dir/one.txt", "dir/sub/moved.txt"))
	f, err := os.Open("dir/sub/moved.txt")
	check(err)
	defer f.Close()
	lines := bufio.NewScanner(f)
	count := 0
	for lines.Scan() {
		count += len(strings.Fields(lines.Text()))
	}
	fmt.Println("words", count, lines.Err())
}

func failing() {
	_, err := os.Open("dir/absent")
	var pathError *fs.PathError
	fmt.Println(errors.Is(err, fs.ErrNotExist), errors.As(err, &pathError) && pathError.Op == "open", pathError.Path)
	_, err = os.OpenFile("dir/sub/deep.go", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	fmt.Println(errors.Is(err, fs.ErrExist))
	fmt.Println(os.Mkdir("dir/sub", 0o755) != nil, os.Remove("dir") != nil, os.Remove("dir/absent") != nil)
	_, err = os.ReadFile("dir")
	fmt.Println(err != nil)
}

func large() {
	f, err := os.Create("dir/large")
	check(err)
	w := bufio.NewWriterSize(f, 1000)
	for i := 0; i < 20000; i++ {
		fmt.Fprintf(w, "%06d,", i)
	}
	check(w.Flush())
	check(f.Close())
	data, err := os.ReadFile("dir/large")
	check(err)
	fmt.Println("large", len(data), string(data[len(data)-7:]))
}

func temporary() {
	f, err := os.CreateTemp("dir", "tmp-*.txt")
	check(err)
	check(f.Close())
	name := filepath.Base(f.Name())
	fmt.Println(strings.HasPrefix(name, "tmp-") && strings.HasSuffix(name, ".txt"))
}
