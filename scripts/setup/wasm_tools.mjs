// wasm-pack and wasm-bindgen, compiled by cargo into the cache, one folder per version.

import { existsSync } from "node:fs";
import { run } from "../process.mjs";
import { toolPath, toolRoot, tools } from "../tools.mjs";
import { found, missing } from "./outcome.mjs";

/**
 * Finds the pinned version of a tool, or compiles it (some minutes).
 *
 * @param {import("../tools.mjs").Tool} tool
 * @param {(text: string) => void} progress called before long work, and for each crate that is compiled
 * @returns {Promise<import("./outcome.mjs").Outcome>}
 */
export async function wasmTool(tool, progress) {
  const path = toolPath(tool);
  const name = `${tool.crate} ${tool.version}`;
  if (existsSync(path)) return found(name, path, path);

  const install = async (/** @type {string[]} */ ...options) => {
    let crates = 0;
    const onLine = (/** @type {string} */ line) => {
      if (/^\s*Compiling /.test(line)) progress(`cargo install ${name}: crate ${++crates}, ${line.trim()}`);
    };
    const args = ["install", tool.crate, "--version", tool.version, "--root", toolRoot(tool), ...options];
    await run("cargo", args, { output: "capture", onLine });
  };
  progress(`cargo install ${name}: compiling takes some minutes, once`);
  try {
    // Registry mirrors may lag behind: then a version that the tool's own lock file names is missing.
    await install("--locked").catch(() => install());
  } catch (error) {
    return missing(
      name,
      error.message,
      `Run \`cargo install ${tool.crate} --version ${tool.version} --root ${toolRoot(tool)}\`.`,
    );
  }
  return found(name, `installed at ${path}`, path);
}

/** Both tools, in turn. */
export const wasmTools = Object.values(tools).map(
  (tool) => (/** @type {(text: string) => void} */ progress) => wasmTool(tool, progress),
);
