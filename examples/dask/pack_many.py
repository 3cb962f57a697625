"""Packs many modules on a Dask cluster.

    python pack_many.py tcp://scheduler:8786 public build/*.wasm [--gowasp PROGRAM] [-- OPTION...]

Modules are sent to the workers and their files come back, so that no folder is shared; the workers need the same release of
gowasp. What a worker that dies had begun, or had not handed over yet, is done again by another: same input, same bytes.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from distributed import Client, as_completed


def pack(gowasp: str, name: str, wasm: bytes, options: list[str]) -> dict[str, bytes]:
    """Runs on a worker: a module in, its files out."""
    with tempfile.TemporaryDirectory() as folder:
        command = [gowasp, "pack", "-", "--name", name, "--quiet", "-o", folder, *options]
        done = subprocess.run(command, input=wasm, capture_output=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.decode(errors="replace").strip())
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def write(folder: Path, files: dict[str, bytes]) -> None:
    """The manifest, which names the others, comes last, and each file appears whole."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in sorted(files, key=lambda name: name == "app.json"):
        partial = folder / f".{name}.partial"
        partial.write_bytes(files[name])
        os.replace(partial, folder / name)


def main() -> int:
    parser = argparse.ArgumentParser(description="Packs many modules on a Dask cluster.")
    parser.add_argument("scheduler", help="its address")
    parser.add_argument("output", type=Path, help="gets a folder for each module")
    parser.add_argument("modules", type=Path, nargs="+")
    parser.add_argument("--gowasp", default="gowasp", help="the program's path on the workers")
    arguments = sys.argv[1:]
    end = arguments.index("--") if "--" in arguments else len(arguments)
    options = parser.parse_args(arguments[:end])
    flags = arguments[end + 1 :]

    names = [module.stem for module in options.modules]
    if len(set(names)) < len(names):
        parser.error("two modules have the same name")
    failed = 0
    with Client(options.scheduler) as client:
        futures = {}
        for name, module in zip(names, options.modules):
            wasm = module.read_bytes()
            # The key says what the result depends on: what is the same is done once.
            key = f"{name}-{hashlib.sha256(wasm + repr(flags).encode()).hexdigest()}"
            futures[client.submit(pack, options.gowasp, name, wasm, flags, key=key)] = name
        for future in as_completed(futures):
            name = futures.pop(future)
            if future.status == "finished":
                write(options.output / name, future.result())
                print(f"packed {name}", flush=True)
            else:
                failed += 1
                print(f"{name}: {future.exception()}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
