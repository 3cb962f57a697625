// wasm-pack and wasm-bindgen, compiled by cargo into the cache.

import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { run } from "../process.mjs";
import { toolPaths, toolRoot, toolSource } from "../tools.mjs";
import { found, missing } from "./outcome.mjs";

/**
 * Finds the tools, or compiles them: about 100 s of one core, at the versions of their lock file and no others.
 *
 * @param {(text: string) => void} progress called before long work, and for each crate that is compiled
 * @returns {Promise<import("./outcome.mjs").Outcome>}
 */
export async function wasmTools(progress) {
  const name = "wasm-pack, wasm-bindgen";
  if (toolPaths.every((path) => existsSync(path))) return found(name, toolRoot);

  let crates = 0;
  const onLine = (/** @type {string} */ line) => {
    if (/^\s*Compiling /.test(line)) progress(`compiling ${name}, once: crate ${++crates}, ${line.trim().slice(10)}`);
  };
  const target = `${toolRoot}.${process.pid}.target`;
  const args = ["install", "--locked", "--path", toolSource, "--root", toolRoot];
  try {
    await run("cargo", [...args, "--target-dir", target], { output: "capture", onLine });
  } catch (error) {
    return missing(name, error.message, `Run \`cargo ${args.join(" ")}\` and look at what it says.`);
  } finally {
    await rm(target, { recursive: true, force: true });
  }
  return found(name, `compiled ${crates} crates, installed in ${toolRoot}`);
}
