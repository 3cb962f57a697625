// Where things are: the repository, and the cache that survives `git clean` and is shared by all clones.

import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root, absolute. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** Tools and costly intermediate files: `$XDG_CACHE_HOME/gowasp`, by default `~/.cache/gowasp`. */
export const cacheDir = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "gowasp");

const target = process.env.CARGO_TARGET_DIR || join(root, "target");

/**
 * What wasm-bindgen writes, a folder for each module. Cargo keeps its own account of what changed below `target`, so these
 * files do not look like a change.
 */
export const bindings = join(target, "bindings");

/** The native binary that `cargo build --release -p gowasp` writes. */
export const gowaspBinary = join(target, "release", process.platform === "win32" ? "gowasp.exe" : "gowasp");
