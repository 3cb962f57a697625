// Probe prints what its own runtime says about every PC, for comparison with what the model reads.
//
// For each function, by PC_F, one line: PC_F, name and file:line at the entry, and a hash over name, file and line
// of the first 96 PCs; where calls were inlined, of the innermost one. Then a call stack, one line for each call, inlined
// ones included: "frame", return PC, name and file:line.
package main

import (
	"fmt"
	"hash/fnv"
	"os"
	"runtime"
	"sort"
	"strings"
)

// firstPCF is where Go's linker begins to number functions (funcValueOffset, cmd/link/internal/wasm/asm.go).
const firstPCF = 0x1000

// pcsPerFunction is how many PCs are asked for.
const pcsPerFunction = 96

type shape interface{ area() float64 }

type square struct{ side float64 }

func (s square) area() float64 { return s.side * s.side }

// largest makes the compiler inline sort's and the method's code, and instantiate a generic function.
func largest[T shape](shapes []T) float64 {
	sort.Slice(shapes, func(i, j int) bool { return shapes[i].area() > shapes[j].area() })
	return shapes[0].area()
}

//go:noinline
func recovered() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered: %v", r)
		}
	}()
	var none []int
	return fmt.Errorf("%d", none[len(os.Args)])
}

// outer, middle and inner are small enough to be inlined into each other.
func outer() []uintptr { return append(middle(), 0) }

func middle() []uintptr { return append(inner(), 0) }

func inner() []uintptr { return callers() }

//go:noinline
func callers() []uintptr {
	pcs := make([]uintptr, 16)
	return pcs[:runtime.Callers(1, pcs)]
}

func describe(pc uintptr) (string, string, int) {
	f := runtime.FuncForPC(pc)
	if f == nil { // behind moduledata.maxpc, which is inside the last function
		return "", "?", 0
	}
	file, line := f.FileLine(pc)
	return f.Name(), file, line
}

func main() {
	var out strings.Builder
	for pcf := uintptr(firstPCF); runtime.FuncForPC(pcf<<16) != nil; pcf++ {
		hash := fnv.New64a()
		for pcb := uintptr(0); pcb < pcsPerFunction; pcb++ {
			name, file, line := describe(pcf<<16 + pcb)
			fmt.Fprintf(hash, "%s|%s|%d\n", name, file, line)
		}
		name, file, line := describe(pcf << 16)
		fmt.Fprintf(&out, "%#x\t%s\t%s:%d\t%016x\n", pcf, name, file, line, hash.Sum64())
	}
	for _, pc := range outer() {
		if frame, _ := runtime.CallersFrames([]uintptr{pc}).Next(); frame.PC != 0 {
			fmt.Fprintf(&out, "frame\t%#x\t%s\t%s:%d\n", pc, frame.Function, frame.File, frame.Line)
		}
	}
	fmt.Print(out.String())
	fmt.Fprintln(os.Stderr, runtime.Version(), largest([]square{{1}, {2}}), recovered())
}
