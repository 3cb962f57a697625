// wasm-pack and wasm-bindgen, which turn the project's Rust into wasm: what they are compiled from, and where they are.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cacheDir, root } from "./paths.mjs";

/** The crate with both programs; its lock file names every version. */
export const toolSource = join(root, "scripts", "wasm-tools");

/** The folder that `cargo install --root` puts them into: another one when anything that they are made of changes. */
export const toolRoot = join(cacheDir, "tools", `wasm-tools-${fingerprint()}`);

const suffix = process.platform === "win32" ? ".exe" : "";

/** Where set-up installs the programs. */
export const toolPaths = ["wasm-pack", "wasm-bindgen"].map((name) => join(toolRoot, "bin", `${name}${suffix}`));

/**
 * This process's environment with the installed tools first on PATH.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function toolEnvironment() {
  if (!toolPaths.every((path) => existsSync(path))) return process.env;
  return { ...process.env, PATH: [join(toolRoot, "bin"), process.env.PATH].join(delimiter) };
}

function fingerprint() {
  const hash = createHash("sha256");
  const names = /** @type {string[]} */ (readdirSync(toolSource, { recursive: true })).filter((name) =>
    /^(src|offline|Cargo).*\.(rs|toml|lock)$/.test(name),
  );
  for (const name of names.sort()) hash.update(readFileSync(join(toolSource, name)));
  return hash.digest("hex").slice(0, 16);
}
