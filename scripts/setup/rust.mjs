// The Rust side: cargo itself and the standard library for wasm32-unknown-unknown.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "../../npx/find-program.mjs";
import { root } from "../paths.mjs";
import { run } from "../process.mjs";
import { found, missing } from "./outcome.mjs";

const target = "wasm32-unknown-unknown";

/**
 * Checks for cargo.
 *
 * @returns {Promise<import("./outcome.mjs").Outcome>}
 */
export async function cargo() {
  const version = await run("cargo", ["--version"], { output: "capture", cwd: root }).catch(() => "");
  if (version) return found("cargo", version.trim());
  return missing("cargo", "not found", "Install Rust, for example by rustup, and put cargo on PATH.");
}

/**
 * Finds the standard library that the decoder is compiled with, or has rustup add it.
 *
 * @param {(text: string) => void} progress called before long work
 * @returns {Promise<import("./outcome.mjs").Outcome>}
 */
export async function wasmTarget(progress) {
  const hint = `Run \`rustup target add ${target}\`, or install it as your distribution packages Rust.`;
  const sysroot = await run("rustc", ["--print", "sysroot"], { output: "capture", cwd: root }).catch(() => "");
  if (!sysroot) return missing(target, "rustc does not start", hint);
  if (existsSync(join(sysroot.trim(), "lib", "rustlib", target, "lib"))) return found(target, "installed");
  if (!findProgram(["rustup"])) return missing(target, "not installed, and there is no rustup to add it", hint);

  progress(`adding the Rust target ${target}`);
  try {
    await run("rustup", ["target", "add", target], { output: "capture", cwd: root });
  } catch (error) {
    return missing(target, error.message, hint);
  }
  return found(target, "added by rustup");
}
