// Command wazero-host runs plugins written in Go, in wazero: a function for a database, a codec, a rule of a gateway, and what tenants
// upload, each with a limit of time and memory.
//
//	wazero-host FOLDER
//
// FOLDER has the plugins, `slug.wasm` and so on.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"github.com/tetratelabs/wazero/sys"
)

const (
	// Most memory of an instance, in pages of 64 KiB: 64 MiB.
	memoryPages = 1024
	// Longest time of a call.
	callTime = 2 * time.Second
)

func main() {
	ctx := context.Background()
	// Without WithCloseOnContextDone, nothing would stop a plugin that loops.
	config := wazero.NewRuntimeConfig().WithMemoryLimitPages(memoryPages).WithCloseOnContextDone(true)
	runtime := wazero.NewRuntimeWithConfig(ctx, config)
	defer runtime.Close(ctx)
	wasi_snapshot_preview1.MustInstantiate(ctx, runtime)
	load := func(name string) *plugin {
		code, err := os.ReadFile(filepath.Join(os.Args[1], name+".wasm"))
		check(err)
		compiled, err := runtime.CompileModule(ctx, code)
		check(err)
		return &plugin{runtime, compiled}
	}

	fmt.Println("a function of a database")
	slug := load("slug").start(ctx)
	for _, title := range []string{"Go, WebAssembly & You", "  1,000 Plugins!  "} {
		fmt.Printf("  %q -> %s\n", title, must(slug.call(ctx, []byte(title))))
	}

	fmt.Println("a codec")
	sensor := load("sensor").start(ctx)
	for _, packet := range [][]byte{{1, 0, 215, 2, 0, 91, 3, 0x0c, 0xe4}, {1, 0xff, 0xc9}, {1, 0}} {
		fmt.Printf("  %x -> %s\n", packet, must(sensor.call(ctx, packet)))
	}

	fmt.Println("a rule of a gateway")
	route := load("route").start(ctx)
	for _, request := range []string{
		`{"path": "/v1/users/ada"}`,
		`{"path": "/v2/users/ada"}`,
		`{"path": "/v2/users/ada", "headers": {"x-canary": "yes"}}`,
		`{"path": "/logo.svg"}`,
	} {
		fmt.Printf("  %s -> %s\n", request, must(route.call(ctx, []byte(request))))
	}

	fmt.Println("tenants")
	tenant := load("tenant")
	names := []string{"ada", "bob", "cy", "dee"}
	instances := map[string]*instance{}
	for _, name := range names {
		instances[name] = tenant.start(ctx)
	}
	for _, round := range [][]string{{"add 1 2 3", "panic", "loop", "hoard"}, {"add 4 5", "add 6 7", "add 8 9", "add 10 11"}} {
		for i, name := range names {
			result, err := instances[name].call(ctx, []byte(round[i]))
			if err == nil {
				fmt.Printf("  %s: %s = %s\n", name, round[i], result)
				continue
			}
			// What has failed may have stopped anywhere: the tenant gets a new instance, and the others never notice.
			fmt.Printf("  %s: %s: %v; starts anew\n", name, round[i], err)
			instances[name].close(ctx)
			instances[name] = tenant.start(ctx)
		}
	}
}

// plugin is compiled once, and started as often as it is wanted.
type plugin struct {
	runtime  wazero.Runtime
	compiled wazero.CompiledModule
}

// instance has a memory of its own.
type instance struct {
	module           api.Module
	allocate, handle api.Function
	errors           *bytes.Buffer
}

func (p *plugin) start(ctx context.Context) *instance {
	var errors bytes.Buffer
	// Go's reactors begin with _initialize, which wazero calls only if it is told to.
	config := wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize").
		WithStderr(&errors).WithSysWalltime().WithSysNanotime()
	module, err := p.runtime.InstantiateModule(ctx, p.compiled, config)
	check(err)
	return &instance{module, module.ExportedFunction("allocate"), module.ExportedFunction("handle"), &errors}
}

// call hands input to the plugin, and returns what it answers.
func (i *instance) call(ctx context.Context, input []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	place, err := i.allocate.Call(ctx, uint64(len(input)))
	if err != nil {
		return nil, i.reason(err)
	}
	if !i.module.Memory().Write(uint32(place[0]), input) {
		return nil, errors.New("the plugin has no such memory")
	}
	result, err := i.handle.Call(ctx, place[0], uint64(len(input)))
	if err != nil {
		return nil, i.reason(err)
	}
	output, ok := i.module.Memory().Read(uint32(result[0]>>32), uint32(result[0]))
	if !ok {
		return nil, errors.New("the plugin has no such memory")
	}
	return bytes.Clone(output), nil
}

// reason is why a call has failed: Go's runtime says it in the first line that it writes.
func (i *instance) reason(err error) error {
	var exit *sys.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == sys.ExitCodeDeadlineExceeded {
		return errors.New("out of time")
	}
	if line, _, found := bytes.Cut(i.errors.Bytes(), []byte("\n")); found {
		text, _, _ := bytes.Cut(line, []byte(" ("))
		return errors.New(string(text))
	}
	return err
}

func (i *instance) close(ctx context.Context) { i.module.Close(ctx) }

func must(result []byte, err error) []byte {
	check(err)
	return result
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
