/**
 * Hosts written in Rust: crates of their own, each with its lock file, because wasmtime is hundreds of crates that nothing else needs.
 * They share what is compiled, which takes minutes once.
 */
import { join } from "node:path";
import { cacheDir } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";

const TARGET = join(cacheDir, "hosts", "target");

/**
 * @param {string} folder with `Cargo.toml` and `Cargo.lock`
 * @param {string} name of the program
 * @returns {Promise<string>} its path
 */
export async function builtCrate(folder, name) {
  const args = ["build", "--release", "--locked", "--manifest-path", join(folder, "Cargo.toml")];
  await run("cargo", args, { env: { ...process.env, CARGO_TARGET_DIR: TARGET }, output: "capture" });
  return join(TARGET, "release", process.platform === "win32" ? `${name}.exe` : name);
}
