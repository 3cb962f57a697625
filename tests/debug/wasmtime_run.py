"""Runs a WASI module with wasmtime until it fails, and prints the trace on standard output.

    python3 wasmtime_run.py PACKAGE_DIR WASM
"""

import os
import sys

package, path = sys.argv[1:]
sys.path.insert(0, package)
# One stream, so that Go's own traceback stands in front of the host's.
os.dup2(1, 2)

import wasmtime  # noqa: E402: it is in the directory that was just added

engine = wasmtime.Engine()
store = wasmtime.Store(engine)
wasi = wasmtime.WasiConfig()
wasi.env = list(os.environ.items())
wasi.inherit_stdout()
wasi.inherit_stderr()
store.set_wasi(wasi)
linker = wasmtime.Linker(engine)
linker.define_wasi()
instance = linker.instantiate(store, wasmtime.Module.from_file(engine, path))
try:
    instance.exports(store)["_start"](store)
except (wasmtime.Trap, wasmtime.ExitTrap, wasmtime.WasmtimeError) as error:
    sys.stdout.write(str(error))
