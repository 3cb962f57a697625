// What it is told to do by its first argument, for gowasp-exec.
package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	switch os.Args[1] {
	case "tell":
		folder, err := os.Getwd()
		fmt.Println(os.Args[2:], filepath.Base(folder), err, os.Getenv("SMALL"), len(os.Getenv("LARGE")))
	case "count":
		bytes, lines := 0, bufio.NewScanner(os.Stdin)
		for lines.Scan() {
			bytes += len(lines.Bytes())
		}
		fmt.Println(bytes, lines.Err())
	case "exit":
		fmt.Fprint(os.Stderr, "it ends")
		os.Exit(7)
	case "flood":
		for i := 0; ; i++ {
			if _, err := fmt.Println(i); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(9)
			}
		}
	case "busy":
		fmt.Println("busy")
		for {
		}
	case "wait":
		select {}
	case "host":
		fmt.Println(host())
	case "files":
		if err := files(os.Args[2]); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
}

// files does with files of a new folder what programs do, and removes them.
func files(folder string) error {
	folder = filepath.Join(folder, "größe")
	if err := os.Mkdir(folder, 0o755); err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	name := filepath.Join(folder, "a")
	if err := os.WriteFile(name, []byte("one two"), 0o600); err != nil {
		return err
	}
	file, err := os.OpenFile(name, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.WriteString(" three"); err != nil {
		return err
	}
	if err := os.Rename(name, name+"b"); err != nil {
		return err
	}
	text, err := os.ReadFile(name + "b")
	if err != nil {
		return err
	}
	status, err := file.Stat()
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	_, missing := os.Stat(name)
	fmt.Printf("%s %d %s %v\n", text, status.Size(), entries[0].Name(), os.IsNotExist(missing))
	return nil
}

func covered(n int) int {
	if n > 1 {
		return n
	}
	return 1
}
