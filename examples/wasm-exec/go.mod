module example/wasmexec

go 1.24
