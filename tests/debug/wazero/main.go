// Runs a WASI module with wazero until it fails, and prints the program's output and wazero's trace on standard output.
//
//	wazero WASM
//
// The end of a program is an error of the host's function here, as wazero gives its own no trace.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

func main() {
	wasm, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	runtime := wazero.NewRuntime(ctx)
	wasi := runtime.NewHostModuleBuilder(wasi_snapshot_preview1.ModuleName)
	wasi_snapshot_preview1.NewFunctionExporter().ExportFunctions(wasi)
	exit := func(code uint32) { panic(fmt.Errorf("exit code %d", code)) }
	wasi.NewFunctionBuilder().WithFunc(exit).Export("proc_exit")
	if _, err := wasi.Instantiate(ctx); err != nil {
		panic(err)
	}
	config := wazero.NewModuleConfig().WithStdout(os.Stdout).WithStderr(os.Stdout).WithArgs("program").
		WithEnv("GOWASP_END", os.Getenv("GOWASP_END"))
	_, err = runtime.InstantiateWithConfig(ctx, wasm, config)
	fmt.Println(err)
}
