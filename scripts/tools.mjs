// The two programs that turn the loader's Rust into wasm: which versions, and where they are.

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cacheDir } from "./paths.mjs";

/**
 * @typedef {object} Tool
 * @property {string} crate the crate on crates.io that installs it
 * @property {string} program the executable's name
 * @property {string} version the version this repository builds with
 */

/** @type {Record<"wasmPack" | "wasmBindgen", Tool>} */
export const tools = {
  wasmPack: { crate: "wasm-pack", program: "wasm-pack", version: "0.15.1" },
  // The same as that of the crate wasm-bindgen in Cargo.lock: the two refuse to work together otherwise.
  wasmBindgen: { crate: "wasm-bindgen-cli", program: "wasm-bindgen", version: "0.2.130" },
};

/** The folder that `cargo install --root` puts a tool into. */
export const toolRoot = (/** @type {Tool} */ { crate, version }) => join(cacheDir, "tools", `${crate}-${version}`);

/** Where set-up installs the tool. */
export const toolPath = (/** @type {Tool} */ tool) =>
  join(toolRoot(tool), "bin", process.platform === "win32" ? `${tool.program}.exe` : tool.program);

/**
 * This process's environment with the installed tools first on PATH.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function toolEnvironment() {
  const folders = Object.values(tools)
    .filter((tool) => existsSync(toolPath(tool)))
    .map((tool) => join(toolRoot(tool), "bin"));
  return { ...process.env, PATH: [...folders, process.env.PATH].join(delimiter) };
}
