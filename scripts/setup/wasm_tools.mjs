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
  let unlocked = "";
  try {
    await install("--locked").catch((error) => {
      if (!lacksVersion(error)) throw error;
      unlocked = "; NOT as its lock file says, of which the registry lacks a version";
      return install();
    });
  } catch (error) {
    return missing(
      name,
      error.message,
      `Run \`cargo install ${tool.crate} --version ${tool.version} --locked --root ${toolRoot(tool)}\`.`,
    );
  }
  return found(name, `installed at ${path}${unlocked}`, path);
}

/** Whether cargo failed because the registry does not have a version that the lock file names (mirrors may lag behind). */
const lacksVersion = (/** @type {Error} */ error) =>
  /failed to select a version for the requirement|no matching package named/.test(error.message);

/** Both tools, in turn. */
export const wasmTools = Object.values(tools).map(
  (tool) => (/** @type {(text: string) => void} */ progress) => wasmTool(tool, progress),
);
