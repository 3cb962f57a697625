// Answers, instead of what the program does, which frames Go's own runtime finds for PCs: one in hex on each line of standard
// input. It is put into package main of any program by `go build -overlay`.
package main

import (
	"bufio"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strconv"
	_ "unsafe"
)

// oracleExpand adds the callers of what was inlined at the last PC, as for package pprof: before Go 1.23, CallersFrames leaves that
// to Callers.
//
//go:linkname oracleExpand runtime/pprof.runtime_expandFinalInlineFrame
func oracleExpand(stack []uintptr) []uintptr

// oracleEnd follows each PC: the runtime adds what was inlined there only if something follows.
func oracleEnd() {}

func init() {
	if os.Getenv("GOWASP_ORACLE") == "" {
		return
	}
	end := reflect.ValueOf(oracleEnd).Pointer()
	in, out := bufio.NewScanner(os.Stdin), bufio.NewWriter(os.Stdout)
	for in.Scan() {
		pc, err := strconv.ParseUint(in.Text(), 16, 64)
		if err != nil {
			panic(err)
		}
		fmt.Fprint(out, in.Text())
		// The runtime looks up the PC in front of a return PC.
		frames := runtime.CallersFrames(append(oracleExpand([]uintptr{uintptr(pc) + 1}), end))
		for {
			frame, more := frames.Next()
			if frame.PC == end {
				break
			}
			fmt.Fprintf(out, "\t%s|%s|%d", frame.Function, frame.File, frame.Line)
			if !more {
				break
			}
		}
		fmt.Fprintln(out)
	}
	out.Flush()
	os.Exit(0)
}
