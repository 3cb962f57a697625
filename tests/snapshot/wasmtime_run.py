"""Runs exports of a reactor in wasmtime, in several instances one after the other; prints what each wrote and returned as JSON.

    python3 wasmtime_run.py PACKAGE_DIR DATA_DIR WASM INSTANCES EXPORT[=NUMBER]...
"""

import json
import os
import sys
import tempfile

package, data, path, instances, *calls = sys.argv[1:]
sys.path.insert(0, package)

import wasmtime  # noqa: E402: it is in the directory that was just added

engine = wasmtime.Engine()
module = wasmtime.Module.from_file(engine, path)
linker = wasmtime.Linker(engine)
linker.define_wasi()

for number in range(int(instances)):
    store = wasmtime.Store(engine)
    wasi = wasmtime.WasiConfig()
    handle, output = tempfile.mkstemp()
    os.close(handle)
    wasi.argv = ["program", f"argument {number}"]
    wasi.env = [["K", f"value {number}"]]
    wasi.stdout_file = output
    wasi.inherit_stderr()
    wasi.preopen_dir(data, "/data")
    store.set_wasi(wasi)
    exports = linker.instantiate(store, module).exports(store)
    exports["_initialize"](store)
    returned = []
    for call in calls:
        name, _, argument = call.partition("=")
        returned.append(exports[name](store, *([int(argument)] if argument else [])))
    del exports, store
    with open(output) as file:
        print(json.dumps({"returned": returned, "written": file.read().splitlines()}))
    os.remove(output)
