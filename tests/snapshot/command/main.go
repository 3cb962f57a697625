// A command whose init functions leave what a snapshot has to keep; its main tells that from what each instance has to make anew,
// and ends as its first argument says.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"time"
)

var (
	began   = time.Now()
	table   = map[string]int{}
	name    = os.Args[0]
	base    = filepath.Base(os.Args[0])
	answers = make(chan int)
	asked   = make(chan int)
	late    = make(chan string, 1)
	calm    = flag.Bool("calm", false, "collect garbage when there is some")
)

func init() {
	for i := range 1000 {
		table[fmt.Sprint("key ", i)] = i
	}
	go func() { answers <- 42 }()
	time.AfterFunc(time.Millisecond, func() { late <- "timer of init" })
	go func() {
		defer func() { answers <- len(fmt.Sprint(recover())) }()
		<-asked
		panic("in a goroutine of init")
	}()
}

func main() {
	defer fmt.Println("deferred by main")
	flag.Parse()
	if !*calm {
		debug.SetGCPercent(1)
	}
	fmt.Println("name", name, "arguments", os.Args, flag.Args(), "K", os.Getenv("K"))
	fmt.Fprintln(os.Stderr, "chances", rand.Int63(), slices.Collect(maps.Keys(table))[:4], base)
	fmt.Println(<-answers, <-late, time.Since(began) < time.Minute, time.Now().Year() > 2020)
	asked <- 0
	fmt.Println("recovered", <-answers)
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	fmt.Printf("read %q %v\n", line, err)
	_, err = os.Stat("/no/such/file")
	fmt.Println("files", errors.Is(err, os.ErrNotExist))
	sum := 0
	for i := range 2000 {
		sum += len(grow(i%100, fmt.Sprint("value ", i)))
		sum += table[fmt.Sprint("key ", i)]
	}
	fmt.Println("sum", sum)
	switch flag.Arg(0) {
	case "panic":
		grow(-1, "")
	case "exit":
		os.Exit(7)
	case "goexit":
		runtime.Goexit()
	case "deadlock":
		select {}
	case "again":
		main()
	}
}

// Moves the stack when it goes deep.
func grow(depth int, text string) []string {
	if depth < 0 {
		panic("too deep")
	}
	if depth == 0 {
		return []string{text}
	}
	return append(grow(depth-1, text+"."), text)
}
