/**
 * Hosts written in Rust: crates of their own, each with its lock file, because wasmtime is hundreds of crates that nothing else needs.
 * Those of one engine share what is compiled, which takes minutes once.
 */
import { join } from "node:path";
import { cacheDir } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";

/** What takes longest to compile, and is fast enough with little effort: nobody measures hosts of wasmtime's crates. */
const LARGE = ["cranelift-codegen", "wasmtime", "wasmtime-internal-cranelift", "wasmtime-wasi", "wasmtime-wasi-http"];

/**
 * @param {"wasmtime" | "wasmi"} engine
 * @param {string} folder with `Cargo.toml` and `Cargo.lock`
 * @param {string} name of the program
 * @returns {Promise<string>} its path
 */
export async function builtCrate(engine, folder, name) {
  const target = join(cacheDir, "hosts", `${engine}-target`);
  const args = ["build", "--release", "--locked", "--manifest-path", join(folder, "Cargo.toml")];
  const large = engine === "wasmtime" ? LARGE : [];
  const quickly = large.flatMap((crate) => ["--config", `profile.release.package.${crate}.opt-level=1`]);
  await run("cargo", [...args, ...quickly], { env: { ...process.env, CARGO_TARGET_DIR: target }, output: "capture" });
  return join(target, "release", process.platform === "win32" ? `${name}.exe` : name);
}
