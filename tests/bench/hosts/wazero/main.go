// Command wazero measures modules in wazero, one round after the other.
//
//	wazero compiler|interpreter speed ROUNDS CALLS FILE...
//	wazero compiler|interpreter memory FILE COUNT...
//
// Of speed, each line of the output is one of FILE in JSON: milliseconds to compile; of each round to instantiate with _initialize, of
// the first call, and of a steady call by export. Of memory, it is one line: an instance's pages of 64 KiB, and by COUNT of instances
// the kilobytes that each adds to the process's resident memory. A process has one FILE there, for memory that is freed is used again.
package main

import (
	"context"
	"encoding/json"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

type figures struct {
	Compile float64              `json:"compile"`
	Start   []float64            `json:"start"`
	First   []float64            `json:"first"`
	Calls   map[string][]float64 `json:"calls"`
}

func main() {
	ctx := context.Background()
	config := wazero.NewRuntimeConfigCompiler()
	if os.Args[1] == "interpreter" {
		config = wazero.NewRuntimeConfigInterpreter()
	}
	host := wazero.NewRuntimeWithConfig(ctx, config)
	wasi_snapshot_preview1.MustInstantiate(ctx, host)
	if os.Args[2] == "memory" {
		memory(ctx, host, os.Args[3], os.Args[4:])
		return
	}
	speed(ctx, host, number(os.Args[3]), number(os.Args[4]), os.Args[5:])
}

func speed(ctx context.Context, host wazero.Runtime, rounds, calls int, files []string) {
	all := make([]figures, len(files))
	modules := make([]wazero.CompiledModule, len(files))
	for i, file := range files {
		content, err := os.ReadFile(file)
		check(err)
		start := time.Now()
		modules[i], err = host.CompileModule(ctx, content)
		check(err)
		all[i] = figures{Compile: since(start), Calls: map[string][]float64{}}
	}
	for round := 0; round < rounds; round++ {
		for i := range files {
			start := time.Now()
			instance := instantiate(ctx, host, modules[i])
			all[i].Start = append(all[i].Start, since(start))
			for n, name := range []string{"routing", "sorting", "codec", "words", "hashing"} {
				function := instance.ExportedFunction(name)
				start = time.Now()
				call(ctx, function, uint64(round))
				if n == 0 {
					all[i].First = append(all[i].First, since(start))
				}
				start = time.Now()
				for j := 0; j < calls; j++ {
					call(ctx, function, uint64(j))
				}
				all[i].Calls[name] = append(all[i].Calls[name], since(start)/float64(calls))
			}
			check(instance.Close(ctx))
		}
	}
	for _, one := range all {
		check(json.NewEncoder(os.Stdout).Encode(one))
	}
}

func memory(ctx context.Context, host wazero.Runtime, file string, counts []string) {
	content, err := os.ReadFile(file)
	check(err)
	module, err := host.CompileModule(ctx, content)
	check(err)
	// What the first one allocates for all is not an instance's.
	check(instantiate(ctx, host, module).Close(ctx))
	before := resident()
	var kept []api.Module
	var added []float64
	for _, count := range counts {
		for len(kept) < number(count) {
			kept = append(kept, instantiate(ctx, host, module))
		}
		added = append(added, (resident()-before)/float64(len(kept)))
	}
	figures := map[string]any{"pages": kept[0].Memory().Size() >> 16, "residentKB": added}
	check(json.NewEncoder(os.Stdout).Encode(figures))
	runtime.KeepAlive(kept)
}

func instantiate(ctx context.Context, host wazero.Runtime, module wazero.CompiledModule) api.Module {
	config := wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize").WithSysWalltime().WithSysNanotime()
	instance, err := host.InstantiateModule(ctx, module, config)
	check(err)
	return instance
}

func call(ctx context.Context, function api.Function, argument uint64) {
	_, err := function.Call(ctx, argument)
	check(err)
}

// resident is the process's resident memory in kB, without garbage of the host's.
func resident() float64 {
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(text), "\n") {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmRSS:" {
			return float64(number(fields[1]))
		}
	}
	return 0
}

func since(start time.Time) float64 { return float64(time.Since(start).Nanoseconds()) / 1e6 }

func number(text string) int {
	value, err := strconv.Atoi(text)
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
