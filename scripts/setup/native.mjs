// The native program, built from this repository.

import { builtBinary, root } from "../paths.mjs";
import { run } from "../process.mjs";
import { found, missing } from "./outcome.mjs";

/**
 * Builds `target/release/gowasp`, or finds it up to date.
 *
 * @param {(text: string) => void} progress called for each crate that is compiled
 * @returns {Promise<import("./outcome.mjs").Outcome>}
 */
export async function nativeProgram(progress) {
  let crates = 0;
  const onLine = (/** @type {string} */ line) => {
    if (/^\s*Compiling /.test(line)) progress(`building gowasp: crate ${++crates}, ${line.trim().slice(10)}`);
  };
  try {
    await run("cargo", ["build", "--release", "-p", "gowasp"], { cwd: root, output: "capture", onLine });
  } catch (error) {
    return missing("gowasp", error.message, "Run `cargo build --release -p gowasp` and look at what it says.");
  }
  return found("gowasp", builtBinary, builtBinary);
}
