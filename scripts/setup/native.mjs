// The native program that the demo packs with, built from this repository.

import { existsSync } from "node:fs";
import { nativeEnvironment, nativeFeatures } from "../package/native.mjs";
import { builtBinary, demoBinary, root } from "../paths.mjs";
import { run } from "../process.mjs";
import { found, missing } from "./outcome.mjs";

/** The program that `cargo build --release` makes, with all commands. */
const whole = { args: ["build", "--release", "-p", "gowasp"], binary: builtBinary, env: () => process.env };
/** What `pack` needs, by a profile that takes half the time to compile. */
const quick = {
  args: ["build", "--profile", "demo", "-p", "gowasp", ...nativeFeatures],
  binary: demoBinary,
  env: nativeEnvironment,
};

/**
 * Brings `target/release/gowasp` up to date where it was ever built, else builds a program for the demo alone.
 *
 * @param {(text: string) => void} progress called for each crate that is compiled
 * @returns {Promise<import("./outcome.mjs").Outcome>}
 */
export async function nativeProgram(progress) {
  const { args, binary, env } = existsSync(builtBinary) ? whole : quick;
  let crates = 0;
  const onLine = (/** @type {string} */ line) => {
    if (/^\s*Compiling /.test(line)) progress(`building gowasp: crate ${++crates}, ${line.trim().slice(10)}`);
  };
  try {
    await run("cargo", args, { cwd: root, env: env(), output: "capture", onLine });
  } catch (error) {
    return missing("gowasp", error.message, `Run \`cargo ${args.join(" ")}\` and look at what it says.`);
  }
  return found("gowasp", binary, binary);
}
