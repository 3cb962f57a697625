// Command stress uses what a component's adapter and Go's runtime share: memory, above all. Its output is the same wherever it runs.
package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync"
	"time"
)

const (
	goroutines = 4
	rounds     = 700
)

type record struct {
	ID   int
	Name string
	Tags []string
	Sub  map[string]int
}

// work makes garbage, keeps some of it, and finds every byte as it was.
func work(own int) [32]byte {
	hash := sha256.New()
	live := map[int][]byte{}
	for i := 0; i < rounds; i++ {
		live[i%50] = bytes.Repeat([]byte{byte(i ^ own)}, 1000+(i*37)%90000)
		if i%7 == 0 {
			text, err := json.Marshal(record{i, strings.Repeat("n", i%200), []string{"a", fmt.Sprint(own, i)}, map[string]int{"x": i}})
			check(err)
			var back record
			check(json.Unmarshal(text, &back))
			if back.Sub["x"] != i {
				panic(fmt.Sprint("JSON came back as ", back))
			}
			hash.Write(text)
		}
		if i%11 == 0 {
			askHost(i)
		}
		runtime.Gosched()
	}
	keys := make([]int, 0, len(live))
	for key, content := range live {
		if len(bytes.TrimLeft(content, string(content[:1]))) != 0 {
			panic(fmt.Sprint("buffer ", key, " has changed"))
		}
		keys = append(keys, key)
	}
	sort.Ints(keys)
	for _, key := range keys {
		hash.Write(live[key])
	}
	var sum [32]byte
	copy(sum[:], hash.Sum(nil))
	return sum
}

func askHost(round int) {
	if now := time.Now(); now.Year() < 2024 {
		panic("the clock says " + now.String())
	}
	var key [32]byte
	_, err := rand.Read(key[:])
	check(err)
	if key == [32]byte{} {
		panic("no random bytes")
	}
	if os.Getenv("ASKED") != "yes" {
		panic("the environment says " + os.Getenv("ASKED"))
	}
	if round%55 == 0 {
		time.Sleep(time.Microsecond)
	}
}

func files(folder string) {
	sub := filepath.Join(folder, "sub")
	check(os.MkdirAll(sub, 0o755))
	for i := 0; i < 40; i++ {
		check(os.WriteFile(filepath.Join(sub, fmt.Sprintf("a-file-with-a-long-name-%03d", i)), bytes.Repeat([]byte("line\n"), 2000*i+1), 0o644))
	}
	entries, err := os.ReadDir(sub)
	check(err)
	total := 0
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(sub, entry.Name()))
		check(err)
		total += len(content)
	}
	file, err := os.OpenFile(filepath.Join(sub, "rw"), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	check(err)
	_, err = file.WriteString("hello world")
	check(err)
	_, err = file.Seek(6, io.SeekStart)
	check(err)
	word := make([]byte, 5)
	_, err = io.ReadFull(file, word)
	check(err)
	check(file.Truncate(5))
	check(file.Close())
	check(os.Rename(filepath.Join(sub, "rw"), filepath.Join(sub, "renamed")))
	content, err := os.ReadFile(filepath.Join(sub, "renamed"))
	check(err)
	_, err = os.Stat(filepath.Join(folder, "absent"))
	fmt.Println("files", len(entries), total, string(word), string(content), errors.Is(err, fs.ErrNotExist))
	check(os.RemoveAll(sub))
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	fmt.Println(os.Args[1:])
	input, err := io.ReadAll(os.Stdin)
	fmt.Printf("input %d %x %v\n", len(input), sha256.Sum256(input), err)
	if len(os.Args) > 1 {
		files(os.Args[1])
	}
	var group sync.WaitGroup
	var sums [goroutines][32]byte
	for own := range sums {
		group.Add(1)
		go func(own int) {
			defer group.Done()
			sums[own] = work(own)
		}(own)
	}
	ticker := time.NewTicker(time.Millisecond)
	ticks := make(chan bool)
	go func() {
		<-ticker.C
		close(ticks)
	}()
	group.Wait()
	<-ticks
	for _, sum := range sums {
		fmt.Printf("%x\n", sum)
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	fmt.Println("more than 100 MB of garbage:", stats.TotalAlloc > 100<<20)
	func() {
		defer func() { fmt.Println("recovered:", recover()) }()
		var nothing *int
		*nothing = 1
	}()
	os.Exit(3)
}
