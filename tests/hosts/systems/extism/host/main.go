// Command host calls an extism plugin by the SDK for Go, which runs it in wazero. What happens goes to standard output, a line each.
package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/extism/go-sdk"
	"github.com/tetratelabs/wazero"
)

func main() {
	ctx := context.Background()
	manifest := extism.Manifest{
		Wasm:   []extism.Wasm{extism.WasmFile{Path: os.Args[1]}},
		Config: map[string]string{"unit": "words"},
	}
	fails := extism.NewHostFunctionWithStack("fails", func(context.Context, *extism.CurrentPlugin, []uint64) {
		panic("the host failed")
	}, []extism.ValueType{extism.ValueTypePTR}, []extism.ValueType{extism.ValueTypePTR})
	config := extism.PluginConfig{
		EnableWasi:    true,
		RuntimeConfig: wazero.NewRuntimeConfig().WithCloseOnContextDone(true),
	}
	compiled, err := extism.NewCompiledPlugin(ctx, manifest, config, []extism.HostFunction{fails})
	check(err)
	instance := func(name string, timeout time.Duration) func(function, input string) {
		plugin, err := compiled.Instance(ctx, extism.PluginInstanceConfig{
			ModuleConfig: wazero.NewModuleConfig().WithSysWalltime().WithStderr(os.Stderr),
		})
		check(err)
		plugin.Timeout = timeout
		return func(function, input string) {
			code, output, err := plugin.Call(function, []byte(input))
			failure := ""
			if err != nil {
				failure, _, _ = strings.Cut(err.Error(), "\n")
			}
			fmt.Printf("%s %s: %d %q %s\n", name, function, code, output, failure)
		}
	}
	text := `{"text": "The quick brown fox jumps over the lazy dog the end"}`

	first := instance("first", 0)
	first("count", text)
	first("count", text)
	first("count", "no JSON")
	// The same instance again after the host has left it in the middle of a call.
	for _, levels := range []int{0, 3, 200} {
		first("deep", strings.Repeat("x", levels))
		first("count", text)
	}
	// A panic ends a program, and wazero closes its module.
	first("panics", "one two three")
	first("count", text)

	second := instance("second", 300*time.Millisecond)
	second("count", text)
	second("loops", "")
	second("count", text)

	third := instance("third", 0)
	third("count", text)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
