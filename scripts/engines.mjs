// The WebAssembly engines for WASI that tests and benchmarks run on beside Node's: which versions, and where they are.

import { join } from "node:path";
import { cacheDir } from "./paths.mjs";

/** wazero is a Go program; Go's module proxy has it, and Go's checksum database vouches for it. */
export const wazero = { version: "1.12.0", module: "github.com/tetratelabs/wazero/cmd/wazero" };

/** wasmtime's builds are on PyPI; every other registry has only its sources, which take a quarter of an hour to compile. */
export const wasmtime = {
  version: "50.0.1",
  // SHA-256 of the package's files: Linux x86-64 and arm64, macOS arm64 and x86-64, Windows x86-64.
  hashes: [
    "cc14c3a17654e0394e0225b11813532ef0cd7bd1e222a0c5494cdedaabeddac4",
    "675484e525c028dc02762b777f1db4477ea70caa3fec6775426daff4d64edfb1",
    "ff4fc58ed3cbdb919d056accd4d280be13962a542754aaefd8a9b4654efa9bd9",
    "13fe813b922712a9e10fe0f48b2c56da06432eea4b24269bb7cd3a6b2720560b",
    "a8999581230471f4ff62073b1111eff3a01d45ccec0a908da3f2ae3a499d459c",
  ],
};

/** Where set-up installs wazero's program. */
export const wazeroPath = join(
  cacheDir,
  "tools",
  `wazero-${wazero.version}`,
  "bin",
  process.platform === "win32" ? "wazero.exe" : "wazero",
);

/** The folder that set-up installs the Python package `wasmtime` into. */
export const wasmtimeHome = join(cacheDir, "tools", `wasmtime-${wasmtime.version}`);
