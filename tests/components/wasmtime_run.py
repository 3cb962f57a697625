"""Runs a component in wasmtime.

    python3 wasmtime_run.py PACKAGE_DIR COMPONENT FOLDER [ARGUMENT...]

FOLDER is /data there, and / is itself. A component that exports wasi:cli/run is run, with this process's streams; its exit code is this process's,
134 after a trap. Of any other, the exports that it should have are called as tests/components/calls.json says; the results go to
standard output as JSON. A module for WASI preview 1 is run, too, to compare with.
"""

import json
import os
import sys
import threading

package, path, folder, *arguments = sys.argv[1:]
sys.path.insert(0, package)

import wasmtime  # noqa: E402: it is in the directory that was just added
from wasmtime import component  # noqa: E402

# Go's recursion is recursion of the engine.
STACK = 2 << 20

status = 134


def released(function, store):
    # Older releases leave it to the caller.
    if hasattr(function, "post_return"):
        function.post_return(store)


def plain(value):
    if hasattr(value, "__dict__"):
        return {name: plain(field) for name, field in vars(value).items()}
    return value


def new_engine():
    configuration = wasmtime.Config()
    configuration.max_wasm_stack = STACK
    return wasmtime.Engine(configuration)


def new_wasi():
    wasi = wasmtime.WasiConfig()
    wasi.argv = ["program", *arguments]
    wasi.env = [*os.environ.items()]
    wasi.inherit_stdin()
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    wasi.preopen_dir(folder, "/" if folder == "/" else "/data")
    return wasi


def is_module():
    with open(path, "rb") as file:
        return file.read(8) == b"\0asm\1\0\0\0"


def instantiate(engine):
    linker = component.Linker(engine)
    linker.add_wasip2()
    with linker.root() as root:
        with root.add_instance("gowasp:test/host") as host:
            host.add_func("log", lambda store, message: None)
            host.add_func("name", lambda store: "host-" + "h" * 1000)
    store = wasmtime.Store(engine)
    store.set_wasi(new_wasi())
    instance = linker.instantiate(store, component.Component.from_file(engine, path))
    return store, instance


def run_module(engine, wasi):
    global status
    store = wasmtime.Store(engine)
    store.set_wasi(wasi)
    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    instance = linker.instantiate(store, wasmtime.Module.from_file(engine, path))
    try:
        instance.exports(store)["_start"](store)
        status = 0
    except wasmtime.ExitTrap as ended:
        status = ended.code


def run_index(store, instance):
    for release in range(20):
        interface = instance.get_export_index(store, f"wasi:cli/run@0.2.{release}")
        if interface is not None:
            return instance.get_export_index(store, "run", interface)
    return None


def record(values):
    built = component.Record()
    for name, value in values.items():
        setattr(built, name, value)
    return built


def given(value):
    return record(value) if isinstance(value, dict) else value


def main():
    global status
    engine = new_engine()
    if is_module():
        return run_module(engine, new_wasi())
    store, instance = instantiate(engine)
    start = run_index(store, instance)
    if start is not None:
        try:
            # The result of run: ok is None, and err is an exception or a value by release.
            result = instance.get_func(store, start)(store)
            status = 0 if result is None or getattr(result, "tag", "ok") == "ok" else 1
        except wasmtime.ExitTrap as ended:
            status = ended.code
        return
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "calls.json")) as file:
        calls = json.load(file)
    results = []
    for call in calls:
        function = instance.get_func(store, call["name"])
        if function is None:
            continue
        result = None
        for _ in range(call.get("times", 1)):
            result = function(store, *[given(value) for value in call["arguments"]])
            released(function, store)
        results.append([call["name"], "some" if call.get("varies") else plain(result)])
    print(json.dumps(results))
    status = 0


# What wasmtime itself needs comes on top.
threading.stack_size(4 * STACK)
thread = threading.Thread(target=main)
thread.start()
thread.join()
sys.stdout.flush()
os._exit(status)
