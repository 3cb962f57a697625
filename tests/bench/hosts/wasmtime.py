"""Measures modules and components in wasmtime, as wazero/main.go does modules in wazero.

    python3 wasmtime.py PACKAGE_DIR speed ROUNDS CALLS FILE...
    python3 wasmtime.py PACKAGE_DIR memory FILE COUNT...
"""

import json
import sys
import time

package, mode, *arguments = sys.argv[1:]
sys.path.insert(0, package)

import wasmtime  # noqa: E402: it is in the directory that was just added
from wasmtime import component  # noqa: E402

EXPORTS = ["routing", "sorting", "codec", "words", "hashing"]

engine = wasmtime.Engine()


def since(start):
    return (time.perf_counter() - start) * 1e3


class Module:
    def __init__(self, content):
        self.compiled = wasmtime.Module(engine, content)
        self.linker = wasmtime.Linker(engine)
        self.linker.define_wasi()

    def instantiate(self, store):
        """The instance's exports, and how long it took; without the list of them, which only this binding makes."""
        start = time.perf_counter()
        instance = self.linker.instantiate(store, self.compiled)
        took = since(start)
        exports = instance.exports(store)
        initialize = exports["_initialize"]
        start = time.perf_counter()
        initialize(store)
        return exports, took + since(start)

    def function(self, exports, store, name):
        function = exports[name]
        return lambda n: function(store, n)

    def pages(self, exports, store):
        return exports["memory"].size(store)


class Component:
    def __init__(self, content):
        self.compiled = component.Component(engine, content)
        self.linker = component.Linker(engine)
        self.linker.add_wasip2()

    def instantiate(self, store):
        start = time.perf_counter()
        instance = self.linker.instantiate(store, self.compiled)
        return instance, since(start)

    def function(self, instance, store, name):
        function = instance.get_func(store, name)
        return lambda n: function(store, n)

    def pages(self, instance, store):
        """It does not show its memory."""


def load(file):
    with open(file, "rb") as opened:
        content = opened.read()
    start = time.perf_counter()
    loaded = (Module if content[:8] == b"\0asm\1\0\0\0" else Component)(content)
    return loaded, since(start)


def new_store():
    store = wasmtime.Store(engine)
    store.set_wasi(wasmtime.WasiConfig())
    return store


def speed(rounds, calls, *files):
    loaded, figures = [], []
    for file in files:
        module, compile = load(file)
        loaded.append(module)
        figures.append({"compile": compile, "start": [], "first": [], "calls": {name: [] for name in EXPORTS}})
    for round in range(int(rounds)):
        for module, found in zip(loaded, figures):
            store = new_store()
            instance, took = module.instantiate(store)
            found["start"].append(took)
            for name in EXPORTS:
                function = module.function(instance, store, name)
                start = time.perf_counter()
                function(round)
                if name == EXPORTS[0]:
                    found["first"].append(since(start))
                start = time.perf_counter()
                for n in range(int(calls)):
                    function(n)
                found["calls"][name].append(since(start) / int(calls))
    for found in figures:
        print(json.dumps(found))


def resident():
    """Of this process, in kB."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def memory(file, *counts):
    module, _ = load(file)
    # What the first one allocates for all is not an instance's.
    first = new_store()
    module.instantiate(first)
    before = resident()
    kept, added = [], []
    for count in map(int, counts):
        while len(kept) < count:
            store = new_store()
            instance, _ = module.instantiate(store)
            kept.append((instance, store))
        added.append((resident() - before) / count)
    print(json.dumps({"pages": module.pages(*kept[0]), "residentKB": added}))


{"speed": speed, "memory": memory}[mode](*arguments)
