// Builds the npm package into dist: Rust to wasm, TypeScript to JavaScript and declarations. Leaves alone what is
// newer than everything it is made from. `--force` builds it all, `--quiet` says nothing when all goes well, `--only loader`
// leaves out the optimizer, whose Rust takes minutes.

import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { root } from "./paths.mjs";
import { run } from "./process.mjs";
import { toolEnvironment } from "./tools.mjs";

/**
 * @typedef {object} Step
 * @property {string} name what it makes, for people
 * @property {"loader" | "optimizer"} part of the package
 * @property {string[]} inputs files and folders it is made from
 * @property {string[]} outputs files it makes
 * @property {() => Promise<void>} make
 */

const inRoot = (/** @type {string[]} */ ...paths) => paths.map((path) => join(root, path));
const tool = (/** @type {string} */ name) => join(root, "node_modules", ".bin", name);

// Cargo keeps its own account of what changed below this folder; wasm-pack writes the bindings into it.
const bindings = join(process.env.CARGO_TARGET_DIR || join(root, "target"), "bindings");

// Files of their own, loaded when they are needed (loader/ts/parts.ts). None imports another, or index.js.
const loaderParts = ["fallback", "files", "other", "ready", "refusal", "remote", "source"];

/** @type {Step[]} */
const steps = [
  {
    name: "decoder (Rust to wasm)",
    part: "loader",
    inputs: inRoot("Cargo.toml", "Cargo.lock", "loader/Cargo.toml", "loader/src", "scripts/build.mjs"),
    outputs: inRoot("dist/decoder.js", "dist/decoder_bg.wasm"),
    make: () => buildWasm("loader", "decoder", "loader"),
  },
  {
    name: "optimizer (Rust to wasm)",
    part: "optimizer",
    inputs: inRoot(
      "Cargo.toml",
      "Cargo.lock",
      ...["core", "cli", "web"].flatMap((crate) => [`optimizer/${crate}/Cargo.toml`, `optimizer/${crate}/src`]),
      "optimizer/core/build.rs",
      "optimizer/web/build.rs",
      "scripts/build.mjs",
    ),
    outputs: inRoot("dist/optimizer.js", "dist/optimizer_bg.wasm"),
    make: () => buildWasm("optimizer/web", "optimizer", "optimizer-web"),
  },
  {
    name: "brotli encoder (Rust to wasm)",
    part: "optimizer",
    inputs: inRoot(
      "Cargo.toml",
      "Cargo.lock",
      "optimizer/core/Cargo.toml",
      "optimizer/core/src/compress.rs",
      ...["Cargo.toml", "src"].map((name) => `optimizer/encoder/${name}`),
      "scripts/build.mjs",
    ),
    outputs: inRoot("dist/encoder.js", "dist/encoder_bg.wasm"),
    make: () => buildWasm("optimizer/encoder", "encoder", "loader"),
  },
  {
    name: "loader (TypeScript to JavaScript)",
    part: "loader",
    inputs: inRoot("package.json", "loader/ts", "scripts/build.mjs"),
    outputs: inRoot(...["index", "worker", ...loaderParts].map((name) => `dist/${name}.js`)),
    make: bundleLoader,
  },
  {
    name: "gowasp/optimizer (TypeScript to JavaScript)",
    part: "optimizer",
    inputs: inRoot("package.json", "optimizer/web/ts", "scripts/build.mjs"),
    outputs: inRoot("dist/optimize.js", "dist/encoder-worker.js"),
    make: bundleOptimizer,
  },
  {
    name: "types",
    part: "loader",
    inputs: inRoot("tsconfig.json", "loader/ts"),
    outputs: inRoot("dist/index.d.ts"),
    make: () => run(tool("tsc"), ["-p", root], { cwd: root }).then(() => {}),
  },
  {
    name: "types of gowasp/optimizer",
    part: "optimizer",
    inputs: inRoot("tsconfig.json", "optimizer/web/tsconfig.json", "optimizer/web/ts"),
    outputs: inRoot("dist/optimizer/index.d.ts"),
    make: () => run(tool("tsc"), ["-p", join(root, "optimizer/web")], { cwd: root }).then(() => {}),
  },
];

/**
 * Brings `dist` up to date.
 *
 * @param {{ force?: boolean, quiet?: boolean, only?: string }} [options]
 * @throws {import("./process.mjs").CommandError} when a step fails
 */
export async function build({ force = false, quiet = false, only } = {}) {
  mkdirSync(join(root, "dist"), { recursive: true });
  for (const step of steps.filter(({ part }) => only === undefined || part === only)) {
    if (!force && isFresh(step)) continue;
    if (!quiet) console.log(`building ${step.name}`);
    const start = performance.now();
    await step.make();
    if (!quiet) console.log(`built ${step.name} (${Math.round((performance.now() - start) / 1000)} s)`);
  }
}

/** Builds a crate to `dist/NAME.js` and `dist/NAME_bg.wasm` by a profile of Cargo.toml. */
async function buildWasm(/** @type {string} */ crate, /** @type {string} */ name, /** @type {string} */ profile) {
  // wasm-pack's own download of Binaryen stays off. Measured with Binaryen 132, `wasm-opt -O3` takes 2 % off the
  // compressed decoder and changes nothing in speed: not worth a 10 MB tool.
  const options = ["--target", "web", "--mode", "no-install", "--no-opt", "--no-pack", "--no-typescript"];
  const folder = join(bindings, name);
  const names = ["--profile", profile, "--out-dir", folder, "--out-name", name];
  await run("wasm-pack", ["build", join(root, crate), ...options, ...names], {
    cwd: root,
    env: toolEnvironment(),
    output: "capture",
  });
  await esbuild([join(folder, `${name}.js`), "--minify", `--outfile=${join(root, `dist/${name}.js`)}`]);
  cpSync(join(folder, `${name}_bg.wasm`), join(root, `dist/${name}_bg.wasm`));
}

async function bundleLoader() {
  const apart = [...loaderParts, "decoder"].map((name) => `--external:./${name}.js`);
  const entries = ["index", "worker", ...loaderParts].map((name) => join(root, `loader/ts/${name}.ts`));
  await esbuild([...entries, "--bundle", "--minify", "--sourcemap", ...apart, `--outdir=${join(root, "dist")}`]);
}

async function bundleOptimizer() {
  // What wasm-pack wrote, above. `optimizer.js` is its name for the bindings, so the library on top of them has another.
  const apart = ["optimizer", "encoder"].map((name) => `--external:./${name}.js`);
  const source = join(root, "optimizer/web/ts");
  const entries = [`optimize=${join(source, "index.ts")}`, `encoder-worker=${join(source, "encoder-worker.ts")}`];
  await esbuild([...entries, "--bundle", "--minify", "--sourcemap", ...apart, `--outdir=${join(root, "dist")}`]);
}

async function esbuild(/** @type {string[]} */ options) {
  await run(tool("esbuild"), ["--format=esm", "--target=es2022", "--log-level=warning", ...options], { cwd: root });
}

function isFresh(/** @type {Step} */ { inputs, outputs }) {
  if (!outputs.every((path) => existsSync(path))) return false;
  const oldest = Math.min(...outputs.map((path) => statSync(path).mtimeMs));
  return inputs.every((path) => newest(path) <= oldest);
}

/** The time of the last change below a path, or of the path itself. */
function newest(/** @type {string} */ path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  // A folder's own time changes when something in it appears or goes.
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((/** @type {string} */ name) => newest(join(path, name))));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values: options } = parseArgs({
    options: { force: { type: "boolean" }, quiet: { type: "boolean" }, only: { type: "string" } },
  });
  if (options.force) rmSync(join(root, "dist"), { recursive: true, force: true });
  try {
    await build(options);
  } catch (error) {
    console.error(`npm run build failed: ${/** @type {Error} */ (error).message}`);
    process.exitCode = 1;
  }
}
