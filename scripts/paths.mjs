// Where things are: the repository, and the cache that survives `git clean` and is shared by all clones.

import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root, absolute. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** Tools and costly intermediate files: `$XDG_CACHE_HOME/gowasp`, by default `~/.cache/gowasp`. */
export const cacheDir = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "gowasp");

/** Where cargo, which is run in the root, writes: `$CARGO_TARGET_DIR`, by default `target`. */
export const targetDir = resolve(root, process.env.CARGO_TARGET_DIR || "target");

/**
 * What wasm-bindgen writes, a folder for each module. Cargo keeps its own account of what changed below `target`, so these
 * files do not look like a change.
 */
export const bindings = join(targetDir, "bindings");

const executable = process.platform === "win32" ? "gowasp.exe" : "gowasp";

/** The native binary that `cargo build --release -p gowasp` writes. */
export const builtBinary = join(targetDir, "release", executable);

/** The one that the demo builds, by Cargo.toml's profile `demo`. */
export const demoBinary = join(targetDir, "demo", executable);

const { GOWASP_BINARY: named } = process.env;

/** The native binary that `$GOWASP_BINARY` names, if it does. */
export const namedBinary = named && named !== "wasm" ? named : undefined;

/** The native binary that tests and benchmarks run: `$GOWASP_BINARY`, as for `npx gowasp`, or else the built one. */
export const gowaspBinary = namedBinary ?? builtBinary;
