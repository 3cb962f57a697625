// Where things are: the repository, and the cache that survives `git clean` and is shared by all clones.

import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root, absolute. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** Tools and costly intermediate files: `$XDG_CACHE_HOME/gowasp`, by default `~/.cache/gowasp`. */
export const cacheDir = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "gowasp");

/** The native binary that `cargo build --release -p gowasp` writes. */
export const gowaspBinary = join(
  process.env.CARGO_TARGET_DIR || join(root, "target"),
  "release",
  process.platform === "win32" ? "gowasp.exe" : "gowasp",
);
