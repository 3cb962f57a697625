// Command wazero measures modules in wazero, one round after the other.
//
//	wazero compiler|interpreter ROUNDS CALLS FILE...
//
// Each line of its output is one of FILE in JSON: milliseconds to compile; of each round to instantiate with _initialize, of the first
// call, and of a steady call by export; kilobytes that an instance keeps resident; pages of memory.
package main

import (
	"context"
	"encoding/json"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

type figures struct {
	Compile  float64              `json:"compile"`
	Start    []float64            `json:"start"`
	First    []float64            `json:"first"`
	Calls    map[string][]float64 `json:"calls"`
	Resident float64              `json:"residentKB"`
	Pages    uint32               `json:"pages"`
}

const instances = 200

func main() {
	ctx := context.Background()
	config := wazero.NewRuntimeConfigCompiler()
	if os.Args[1] == "interpreter" {
		config = wazero.NewRuntimeConfigInterpreter()
	}
	rounds, calls := number(os.Args[2]), number(os.Args[3])
	host := wazero.NewRuntimeWithConfig(ctx, config)
	wasi_snapshot_preview1.MustInstantiate(ctx, host)
	files := os.Args[4:]
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
			all[i].Pages = instance.Memory().Size() >> 16
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
	for i := range files {
		all[i].Resident = resident(ctx, host, modules[i])
		check(json.NewEncoder(os.Stdout).Encode(all[i]))
	}
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

// resident is what an instance adds to the process's resident memory, in kB.
func resident(ctx context.Context, host wazero.Runtime, module wazero.CompiledModule) float64 {
	runtime.GC()
	before := status()
	kept := make([]api.Module, instances)
	for i := range kept {
		kept[i] = instantiate(ctx, host, module)
	}
	added := status() - before
	for _, instance := range kept {
		check(instance.Close(ctx))
	}
	return added / instances
}

func status() float64 {
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
