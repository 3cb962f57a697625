/**
 * The plugin as Go built it, and what gowasp makes of it.
 */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findProgram } from "../../../npx/find-program.mjs";
import { cacheDir } from "../../../scripts/paths.mjs";
import { run } from "../../../scripts/process.mjs";
import { GOWASP } from "../measure/gowasp.mjs";

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), "plugin");
const WORK = join(cacheDir, "bench", "hosts");

/** Options of `gowasp optimize`, by the name of the way. @type {Record<string, string[]>} */
const OPTIMIZED = {
  "--for server": ["--for", "server"],
  "--for server --snapshot": ["--for", "server", "--snapshot"],
  "--for download": ["--for", "download"],
  "--for raw": ["--for", "raw"],
  "--for speed": ["--for", "speed"],
};

/** What a component is made of. */
const COMPONENT_OF = "--for server";

export const ORIGINAL = "original";
export const SERVER = "--for server";
export const SNAPSHOT = "--for server --snapshot";
export const COMPONENT = "component of --for server";
export const TINYGO = "TinyGo";

/**
 * Builds all of them.
 *
 * @returns {Promise<{files: {way: string, file: string}[], missing: string}>} the original first; `missing` says what is not there and why
 */
export async function pluginModules() {
  mkdirSync(WORK, { recursive: true });
  const path = (/** @type {string} */ name) => join(WORK, `${name.replaceAll(/\W+/g, "-")}.wasm`);
  const original = path(ORIGINAL);
  const env = { ...process.env, GOOS: "wasip1", GOARCH: "wasm", GOFLAGS: "", GOWORK: "off" };
  const args = ["build", "-trimpath", "-buildvcs=false", "-buildmode=c-shared", "-o", original, "."];
  await run("go", args, { cwd: SOURCE, env, output: "capture" });
  const files = [{ way: ORIGINAL, file: original }];
  for (const [way, options] of Object.entries(OPTIMIZED)) {
    await run(GOWASP, ["optimize", original, "-o", path(way), "-q", ...options], { output: "capture" });
    files.push({ way, file: path(way) });
  }
  await run(GOWASP, ["component", path(COMPONENT_OF), "-o", path(COMPONENT), "-q"], { output: "capture" });
  files.push({ way: COMPONENT, file: path(COMPONENT) });
  const reason = await tinygo(path(TINYGO));
  if (!reason) files.push({ way: TINYGO, file: path(TINYGO) });
  return { files, missing: reason && `TinyGo is not in the table: ${reason}.` };
}

/** Why there is none, or an empty string. It goes into documents, so it does not repeat what a failure says: that has paths in it. */
async function tinygo(/** @type {string} */ file) {
  if (!findProgram(["tinygo"])) return "it is not on PATH";
  const args = ["build", "-target=wasip1", "-buildmode=c-shared", "-opt=2", "-no-debug", "-o", file, "."];
  return await run("tinygo", args, { cwd: SOURCE, output: "capture" }).then(
    () => "",
    () => "it failed",
  );
}
