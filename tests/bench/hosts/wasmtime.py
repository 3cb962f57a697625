"""Measures modules in wasmtime, one round after the other; as wazero/main.go does in wazero.

    python3 wasmtime.py PACKAGE_DIR ROUNDS CALLS FILE...
"""

import json
import sys
import time

package, rounds, calls, *files = sys.argv[1:]
sys.path.insert(0, package)

import wasmtime  # noqa: E402: it is in the directory that was just added

EXPORTS = ["routing", "sorting", "codec", "words", "hashing"]

engine = wasmtime.Engine()
linker = wasmtime.Linker(engine)
linker.define_wasi()


def since(start):
    return (time.perf_counter() - start) * 1e3


def instantiate(module):
    store = wasmtime.Store(engine)
    store.set_wasi(wasmtime.WasiConfig())
    start = time.perf_counter()
    exports = linker.instantiate(store, module).exports(store)
    exports["_initialize"](store)
    return store, exports, since(start)


modules, figures = [], []
for file in files:
    start = time.perf_counter()
    modules.append(wasmtime.Module.from_file(engine, file))
    figures.append({"compile": since(start), "start": [], "first": [], "calls": {name: [] for name in EXPORTS}})

for round in range(int(rounds)):
    for module, found in zip(modules, figures):
        store, exports, started = instantiate(module)
        found["start"].append(started)
        found["pages"] = exports["memory"].size(store)
        for name in EXPORTS:
            function = exports[name]
            start = time.perf_counter()
            function(store, round)
            if name == EXPORTS[0]:
                found["first"].append(since(start))
            start = time.perf_counter()
            for n in range(int(calls)):
                function(store, n)
            found["calls"][name].append(since(start) / int(calls))

for found in figures:
    print(json.dumps(found))
