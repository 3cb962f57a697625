// Command profile writes the goroutine profile in all its forms, with labels, and the stacks of all goroutines. Complete dumps, with
// the frames of the standard library, go to standard error.
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"sort"
	"strings"
)

func main() {
	release, started := make(chan bool), make(chan bool)
	for i := 0; i < 3; i++ {
		go waiter(started, release)
		<-started
	}
	go labelled(started, release)
	<-started
	for i := 0; i < 10; i++ {
		runtime.Gosched() // until all of them wait in block
	}
	goroutines()
	samples()
	dump(1)
	dump(2)
	stacks()
	others()
	close(release)
}

func labelled(started, release chan bool) {
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels("job", "labelled")))
	waiter(started, release)
}

func waiter(started, release chan bool) {
	started <- true
	block(release)
}

//go:noinline
func block(release chan bool) { <-release }

// goroutines prints the lines of this program's own functions in the profile, sorted: the order of records is not defined.
func goroutines() {
	var out bytes.Buffer
	fmt.Println(pprof.Lookup("goroutine").WriteTo(&out, 1))
	fmt.Println(strings.HasPrefix(out.String(), "goroutine profile: total "))
	frame := regexp.MustCompile(`^#\t0x[0-9a-f]+\t(main\.\S+)\+0x[0-9a-f]+\s+(\S+)$`)
	lines := []string{}
	for _, record := range strings.Split(out.String(), "\n\n") {
		count := regexp.MustCompile(`(?m)^(\d+) @ `).FindStringSubmatch(record)
		for _, line := range strings.Split(record, "\n") {
			if m := frame.FindStringSubmatch(line); m != nil && count != nil {
				lines = append(lines, fmt.Sprint(count[1], " ", m[1], " ", m[2]))
			}
		}
	}
	sort.Strings(lines)
	fmt.Println(strings.Join(lines, "\n"))
	fmt.Println(strings.Contains(out.String(), `labels: {"job":"labelled"}`))
}

// dump writes the records of a textual profile, sorted without the addresses, which decide on their order and on the number of tabs,
// and without the arguments that tracebacks mark as unsure.
func dump(debug int) {
	var out bytes.Buffer
	fmt.Println(pprof.Lookup("goroutine").WriteTo(&out, debug))
	varying := regexp.MustCompile(`\t+|\+?0x[0-9a-f]{5,}\??|0x[0-9a-f]+\?|\+0x[0-9a-f]+`)
	records := strings.Split(varying.ReplaceAllString(strings.TrimSpace(out.String()), " "), "\n\n")
	sort.Strings(records)
	fmt.Fprintf(os.Stderr, "debug=%d\n%s\n", debug, strings.Join(records, "\n"))
}

func stacks() {
	buf := make([]byte, 1<<16)
	text := string(buf[:runtime.Stack(buf, true)])
	fmt.Println(strings.Count(text, "main.block("), strings.Count(text, "main.waiter("), strings.Count(text, "created by main.main"))
	records := make([]runtime.StackRecord, 64)
	n, ok := runtime.GoroutineProfile(records)
	waiting := 0
	for _, r := range records[:n] {
		frames := runtime.CallersFrames(r.Stack())
		for {
			f, more := frames.Next()
			if f.Function == "main.block" {
				waiting++
			}
			if !more {
				break
			}
		}
	}
	fmt.Println(waiting, ok)
}

func others() {
	names := []string{}
	for _, p := range pprof.Profiles() {
		switch p.Name() {
		case "goroutine", "heap", "allocs", "block", "mutex", "threadcreate":
			names = append(names, p.Name())
		}
	}
	custom := pprof.NewProfile("custom")
	custom.Add("key", 0)
	var heap, own bytes.Buffer
	err := pprof.Lookup("heap").WriteTo(&heap, 0)
	ownErr := custom.WriteTo(&own, 1)
	fmt.Println(names, err, heap.Len() > 0, ownErr, custom.Count(), strings.Contains(own.String(), "main.others"), trace.IsEnabled())
}
