// Files does what programs do with files, below the directory that is its argument, and says how it went.
package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	if err := os.Chdir(os.Args[1]); err != nil {
		fmt.Println("chdir", reason(err))
		os.Exit(1)
	}
	say("mkdir", os.MkdirAll("deep/er", 0o755))
	say("write", os.WriteFile("deep/er/one.txt", []byte("one\n"), 0o644))
	appendTo("deep/er/one.txt", "two\n")
	text, err := os.ReadFile("deep/er/one.txt")
	say("read", err, string(text))
	say("rename", os.Rename("deep/er/one.txt", "deep/two.txt"))
	say("link", os.Link("deep/two.txt", "hard"))
	say("symlink", os.Symlink("deep/two.txt", "soft"))
	target, err := os.Readlink("soft")
	say("readlink", err, target)
	seek("soft")
	say("truncate", os.Truncate("hard", 3))
	say("chtimes", os.Chtimes("hard", time.Time{}, time.Unix(1_000_000_000, 0)))
	info, err := os.Stat("soft")
	say("stat", err, info.Size(), info.ModTime().UTC().Format(time.DateOnly), info.Mode().IsRegular())
	walk()
	_, err = os.Stat("nothing")
	say("missing", err, errors.Is(err, fs.ErrNotExist))
	say("exists", os.Mkdir("deep", 0o755))
	say("full", os.Remove("deep"))
	_, err = os.ReadDir("hard")
	say("no directory", err)
	say("remove", errors.Join(os.RemoveAll("deep"), os.Remove("soft"), os.Remove("hard")))
	entries, err := os.ReadDir(".")
	say("left", err, len(entries))
	stdio()
}

func appendTo(path, text string) {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = file.WriteString(text)
		file.Close()
	}
	say("append", err)
}

func seek(path string) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		say("open", err)
		return
	}
	defer file.Close()
	_, err = file.Seek(-4, io.SeekEnd)
	part := make([]byte, 3)
	_, err2 := io.ReadFull(file, part)
	_, err3 := file.WriteAt([]byte("O"), 0)
	rest, err4 := io.ReadAll(io.NewSectionReader(file, 0, 3))
	say("seek", errors.Join(err, err2, err3, err4), string(part), string(rest))
}

func walk() {
	var all []string
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil {
			all = append(all, path+" "+entry.Type().String())
		}
		return err
	})
	say("walk", err, strings.Join(all, ", "))
}

func stdio() {
	for _, file := range []*os.File{os.Stdin, os.Stdout, os.Stderr} {
		_, err := file.Stat()
		say("stat "+file.Name(), err)
	}
	input, err := io.ReadAll(os.Stdin)
	say("stdin", err, string(input))
}

func say(what string, err error, more ...any) {
	fmt.Println(append([]any{what, reason(err)}, more...)...)
}

// reason is the errno without the path, which differs.
func reason(err error) string {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &path):
		return path.Err.Error()
	case errors.As(err, &link):
		return link.Err.Error()
	}
	return err.Error()
}
