"""Runs a WASI module with wasmtime; its streams, environment and exit code are this process's.

    python3 wasmtime_run.py PACKAGE_DIR CACHE_DIR WASM [ARGUMENT...]     (CACHE_DIR may be empty)

With WORD_AT=ADDRESS in the environment, it says after a trap what the word of 64 bits is there.
"""

import os
import sys
import threading

package, cache, path, *arguments = sys.argv[1:]
sys.path.insert(0, package)

import wasmtime  # noqa: E402: it is in the directory that was just added

# Go's recursion is recursion of the engine, and wasmtime allows 512 KiB of it unless told. This is the most that it takes.
STACK = 2 << 20

configuration = wasmtime.Config()
configuration.max_wasm_stack = STACK
if cache:
    os.makedirs(cache, exist_ok=True)
    settings = os.path.join(cache, "settings.toml")
    with open(settings, "w") as file:
        file.write(f'[cache]\ndirectory = "{cache}"\n')
    configuration.cache = settings

status = 0


def run():
    global status
    engine = wasmtime.Engine(configuration)
    store = wasmtime.Store(engine)
    wasi = wasmtime.WasiConfig()
    wasi.argv = ["program", *arguments]
    wasi.inherit_env()
    wasi.inherit_stdin()
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    wasi.preopen_dir("/", "/")
    store.set_wasi(wasi)
    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    instance = linker.instantiate(store, wasmtime.Module.from_file(engine, path))
    try:
        instance.exports(store)["_start"](store)
    except wasmtime.ExitTrap as ended:
        status = ended.code
    except (wasmtime.Trap, wasmtime.WasmtimeError) as error:
        print(f"wasmtime: {error}", file=sys.stderr)
        if "WORD_AT" in os.environ:
            address = int(os.environ["WORD_AT"])
            word = instance.exports(store)["memory"].read(store, address, address + 8)
            print(f"word {int.from_bytes(word, 'little')}", file=sys.stderr)
        status = 134


# What wasmtime itself needs comes on top.
threading.stack_size(4 * STACK)
thread = threading.Thread(target=run)
thread.start()
thread.join()
sys.stdout.flush()
os._exit(status)
