"""Calls an extism plugin by the SDK for Python, which runs it in wasmtime. What happens goes to standard output, a line each.

    python3 python_host.py PACKAGES FILE
"""

import json
import sys

packages, file = sys.argv[1:]
sys.path.insert(0, packages)

import extism  # noqa: E402: it is in the directory that was just added


# What an exception is here the SDK prints and forgets: nothing leaves the plugin in the middle of a call but time.
@extism.host_fn(name="fails", namespace="extism:host/user", signature=([extism.ValType.I64], [extism.ValType.I64]))
def fails(plugin, inputs, outputs):
    outputs[0].value = inputs[0].value


def instance(name, timeout):
    manifest = {"wasm": [{"path": file}], "config": {"unit": "words"}, "timeout_ms": timeout}
    plugin = extism.Plugin(manifest, wasi=True, functions=[fails])

    def call(called, text):
        try:
            outcome = json.dumps(plugin.call(called, text, parse=lambda data: bytes(data).decode()))
        except extism.Error as error:
            outcome = str(error).split("\n")[0]
        print(f"{name} {called}: {outcome}", flush=True)

    return call


text = json.dumps({"text": "The quick brown fox jumps over the lazy dog the end"})

first = instance("first", 60_000)
first("count", text)
first("count", text)
first("count", "no JSON")
for levels in [0, 3, 200]:
    first("deep", "x" * levels)
    first("count", text)
first("panics", "one two three")
first("count", text)

second = instance("second", 300)
second("count", text)
second("loops", "")
second("count", text)

third = instance("third", 60_000)
third("count", text)
