// Builds the npm package into dist: Rust to wasm, TypeScript to JavaScript and declarations. Leaves alone what is
// newer than everything it is made from. `--force` builds it all, `--quiet` says nothing when all goes well, `--only loader`
// leaves out the optimizer, whose Rust takes minutes. The optimizer is built twice: for what most runs need, and with all commands.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bindings, root } from "./paths.mjs";
import { run } from "./process.mjs";
import { toolEnvironment } from "./tools.mjs";

/**
 * @typedef {object} Step
 * @property {string} name what it makes, for people
 * @property {"loader" | "optimizer" | "full"} part of the package
 * @property {string[]} inputs files and folders it is made from
 * @property {string[]} outputs files it makes
 * @property {() => Promise<void>} make
 */

const inRoot = (/** @type {string[]} */ ...paths) => paths.map((path) => join(root, path));
const tool = (/** @type {string} */ name) => join(root, "node_modules", ".bin", name);

const optimizerSources = inRoot(
  "Cargo.toml",
  "Cargo.lock",
  ...["core", "cli", "web"].flatMap((crate) => [`optimizer/${crate}/Cargo.toml`, `optimizer/${crate}/src`]),
  "optimizer/core/build.rs",
  "optimizer/web/build.rs",
  "scripts/build.mjs",
);

/** @type {Step[]} */
const steps = [
  {
    name: "decoder (Rust to wasm)",
    part: "loader",
    inputs: inRoot("Cargo.toml", "Cargo.lock", "loader/Cargo.toml", "loader/src", "scripts/build.mjs"),
    outputs: [join(bindings, "decoder/decoder.js"), ...inRoot("dist/decoder_bg.wasm")],
    make: () => buildWasm("loader", "decoder", "loader"),
  },
  {
    name: "optimizer (Rust to wasm)",
    part: "optimizer",
    inputs: optimizerSources,
    outputs: inRoot("dist/optimizer.js", "dist/optimizer_bg.wasm"),
    make: () => buildWasm("optimizer/web", "optimizer", "optimizer-web").then(() => publishBindings("optimizer")),
  },
  {
    name: "optimizer with all commands (Rust to wasm)",
    part: "full",
    inputs: optimizerSources,
    outputs: inRoot("dist/optimizer-full.js", "dist/optimizer-full_bg.wasm"),
    make: () =>
      buildWasm("optimizer/web", "optimizer-full", "optimizer-web", ["--features", "full"]).then(() =>
        publishBindings("optimizer-full"),
      ),
  },
  {
    name: "brotli encoder (Rust to wasm)",
    part: "optimizer",
    inputs: inRoot(
      "Cargo.toml",
      "Cargo.lock",
      ...["brotli", "encoder"].flatMap((crate) => [`optimizer/${crate}/Cargo.toml`, `optimizer/${crate}/src`]),
      "scripts/build.mjs",
    ),
    outputs: inRoot("dist/encoder.js", "dist/encoder_bg.wasm"),
    make: () => buildWasm("optimizer/encoder", "encoder", "loader").then(() => publishBindings("encoder")),
  },
  {
    name: "loader (TypeScript to JavaScript)",
    part: "loader",
    inputs: [join(bindings, "decoder/decoder.js"), ...inRoot("package.json", "loader/ts", "scripts/build.mjs")],
    outputs: inRoot("dist/index.js", "dist/parts.js", "dist/worker.js", "dist/workers.js", "dist/wasm_exec.cjs"),
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
    name: "plugin (TypeScript to JavaScript)",
    part: "loader",
    inputs: inRoot("package.json", "plugin", "scripts/build.mjs"),
    outputs: inRoot("dist/plugin/vite.js", "dist/plugin/webpack/loaders/load.mjs"),
    make: bundlePlugin,
  },
  {
    name: "types",
    part: "loader",
    inputs: inRoot("tsconfig.json", "loader/ts"),
    outputs: inRoot("dist/index.d.ts"),
    async make() {
      await run(tool("tsc"), ["-p", root], { cwd: root });
      // Declarations that are written by hand stay where they are.
      for (const name of ["transport/bindings.d.ts", "wasm-exec/require.d.cts", "wasm-exec/script.d.ts"]) {
        cpSync(join(root, "loader/ts", name), join(root, "dist", name));
      }
    },
  },
  {
    name: "types of the plugin",
    part: "loader",
    inputs: inRoot("tsconfig.json", "plugin"),
    outputs: inRoot("dist/plugin/vite.d.ts", "dist/plugin/client.d.ts"),
    async make() {
      await run(tool("tsc"), ["-p", join(root, "plugin")], { cwd: root });
      cpSync(join(root, "plugin/client.d.ts"), join(root, "dist/plugin/client.d.ts"));
    },
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
 * Brings `dist` up to date. `only` names parts, with commas between them.
 *
 * @param {{ force?: boolean, quiet?: boolean, only?: string }} [options]
 * @throws {import("./process.mjs").CommandError} when a step fails
 */
export async function build({ force = false, quiet = false, only } = {}) {
  mkdirSync(join(root, "dist"), { recursive: true });
  for (const step of steps.filter(({ part }) => only === undefined || only.split(",").includes(part))) {
    if (!force && isFresh(step)) continue;
    if (!quiet) console.log(`building ${step.name}`);
    const start = performance.now();
    await step.make();
    if (!quiet) console.log(`built ${step.name} (${Math.round((performance.now() - start) / 1000)} s)`);
  }
}

/**
 * Builds a crate to `NAME.js` in a folder of `target` and to `dist/NAME_bg.wasm`.
 *
 * @param {string} crate its folder
 * @param {string} name
 * @param {string} profile of Cargo.toml
 * @param {string[]} [cargo] more arguments for cargo
 */
async function buildWasm(crate, name, profile, cargo = []) {
  // wasm-pack's own download of Binaryen stays off. Measured with Binaryen 132, `wasm-opt -O3` takes 2 % off the
  // compressed decoder and changes nothing in speed: not worth a 10 MB tool.
  const options = ["--target", "web", "--mode", "no-install", "--no-opt", "--no-pack", "--no-typescript"];
  const folder = join(bindings, name);
  const names = ["--profile", profile, "--out-dir", folder, "--out-name", name];
  await run(
    "wasm-pack",
    ["build", join(root, crate), ...options, ...names, ...(cargo.length ? ["--", ...cargo] : [])],
    {
      cwd: root,
      env: toolEnvironment(),
      output: "capture",
    },
  );
  cpSync(join(folder, `${name}_bg.wasm`), join(root, `dist/${name}_bg.wasm`));
}

/** Puts the bindings that {@link buildWasm} made into `dist` as they are. */
async function publishBindings(/** @type {string} */ name) {
  await esbuild([join(bindings, name, `${name}.js`), "--minify", `--outfile=${join(root, `dist/${name}.js`)}`]);
}

/** Files of their own, loaded when they are needed (loader/ts/late/parts.ts). None imports another, or index.js. */
const parts = {
  fallback: "transport/fallback",
  files: "transport/files",
  other: "program/other",
  ready: "program/ready",
  refusal: "refusal",
  remote: "worker/remote",
  source: "transport/source",
  symbolicate: "symbolicate/symbolicate",
  system: "program/system",
  tinygo: "tinygo/tinygo",
  verify: "transport/verify",
  wasip1: "wasip1/wasip1",
};

async function bundleLoader() {
  const source = (/** @type {string} */ name) => join(root, `loader/ts/${name}.ts`);
  const late = redirect("parts", /\/(\w+)\.js$/, (name, from) =>
    name in parts && from === source("late/parts") ? { path: `./${name}.js`, external: true } : undefined,
  );
  // What is there for the caller to import, and for nobody else.
  const entries = { fs: "fs/fs" };
  // One by one: of what two files import, each would hold all that either uses.
  for (const [name, place] of Object.entries({ index: "bundle", ...parts, ...entries })) {
    await bundle({ [name]: source(place) }, [late, decoderBindings]);
  }
  await bundle({ workers: source("edge/index") }, [inIndex]);
  await bundle({ parts: source("parts/all-parts") }, [atHand, decoderBindings]);
  // One file that imports nothing. What it is told of places comes from the page; see worker/remote.ts.
  const define = { "import.meta.url": "self.location.href" };
  await bundle({ worker: source("worker/worker") }, [atHand, decoderBindings], { define });
  await bundleWasmExec(source);
}

/** `Go` as a module, as a classic script, and for `require`. */
async function bundleWasmExec(/** @type {(name: string) => string} */ source) {
  await bundle({ wasm_exec: source("wasm-exec/index") }, [], { extension: ".mjs" });
  const classic = { wasm_exec: source("wasm-exec/classic") };
  await bundle(classic, [], { format: "iife" });
  await bundle(classic, [], { format: "cjs", extension: ".cjs" });
}

async function bundleOptimizer() {
  const source = join(root, "optimizer/web/ts");
  const entries = { optimize: join(source, "index.ts"), "encoder-worker": join(source, "encoder-worker.ts") };
  // What wasm-pack wrote, above. `optimizer.js` is its name for the bindings, so the library on top of them has another.
  const bindings = redirect("bindings", /^\.\/(optimizer|encoder)\.js$/, (name) => ({
    path: `./${name}.js`,
    external: true,
  }));
  await bundle(entries, [bindings]);
}

/** The plugin with unplugin in it; in Node alone, where nobody waits for bytes, so it stays readable. */
async function bundlePlugin() {
  const bundler = await import("esbuild");
  const out = join(root, "dist/plugin");
  // unplugin asks for it by `require`, which would look for it where the package is installed.
  const virtualModules = {
    name: "webpack-virtual-modules",
    setup: (/** @type {import("esbuild").PluginBuild} */ { onLoad }) =>
      onLoad({ filter: /unplugin[\\/]dist[\\/]index\.mjs$/ }, ({ path }) => ({
        contents: `import virtualModules from "webpack-virtual-modules";\n${inlined(readFileSync(path, "utf8"))}`,
        loader: /** @type {const} */ ("js"),
      })),
  };
  const options = /** @type {const} */ ({
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "warning",
  });
  const entries = ["esbuild", "rollup", "rspack", "vite", "webpack"].map((name) => join(root, `plugin/${name}.ts`));
  // For what is still CommonJS in it.
  const banner = { js: 'const require = process.getBuiltinModule("node:module").createRequire(import.meta.url);' };
  const shared = { splitting: true, chunkNames: "shared", plugins: [virtualModules], banner };
  await bundler.build({ ...options, ...shared, entryPoints: entries, outdir: out });
  // unplugin looks for these beside itself, and gives webpack and Rspack their paths.
  const loaders = ["rspack", "webpack"].map((name) => ({
    in: `unplugin/${name}/loaders/load`,
    out: `${name}/loaders/load`,
  }));
  await bundler.build({ ...options, entryPoints: loaders, outdir: out, outExtension: { ".js": ".mjs" } });
}

/** @returns {string} unplugin's source with the import that is put before it */
function inlined(/** @type {string} */ source) {
  const call = '__require("webpack-virtual-modules")';
  if (!source.includes(call)) throw new Error(`unplugin no longer has ${call}: see scripts/build.mjs`);
  return source.replace(call, "virtualModules");
}

/** Decides for some imports where they lead, by the first group of `filter` and the file that imports. */
function redirect(
  /** @type {string} */ name,
  /** @type {RegExp} */ filter,
  /** @type {(found: string, from: string) => import("esbuild").OnResolveResult | undefined} */ lead,
) {
  return /** @satisfies {import("esbuild").Plugin} */ ({
    name,
    setup: ({ onResolve }) =>
      onResolve({ filter }, ({ path, kind, importer }) =>
        kind === "entry-point" ? undefined : lead(filter.exec(path)?.[1] ?? "", importer),
      ),
  });
}

const decoderBindings = redirect("decoder bindings", /^\.\/bindings\.js$/, () => ({
  path: join(bindings, "decoder/decoder.js"),
}));

/** What an entry takes from `index.js`, which holds it anyway. */
const inIndex = redirect("in index.js", /\/(errors|host|system)\.js$/, () => ({ path: "./index.js", external: true }));

const atHand = redirect("parts at hand", /\/parts\.js$/, () => ({
  path: join(root, "loader/ts/parts/parts-at-hand.ts"),
}));

/**
 * Bundles for browsers and all else that runs JavaScript.
 *
 * @param {Record<string, string>} entryPoints
 * @param {import("esbuild").Plugin[]} plugins
 * @param {{ define?: Record<string, string>, format?: import("esbuild").Format, extension?: string }} [options]
 */
async function bundle(entryPoints, plugins, { define = {}, format = "esm", extension = ".js" } = {}) {
  // Installed by set-up, which runs before this is called but not before this file is read.
  const bundler = await import("esbuild");
  const { outputFiles } = await bundler.build({
    entryPoints,
    plugins,
    define,
    outdir: join(root, "dist"),
    outExtension: { ".js": extension },
    bundle: true,
    sourcemap: "external",
    format,
    target: "es2022",
    logLevel: "warning",
    write: false,
  });
  const scripts = outputFiles.filter(({ path }) => path.endsWith(extension));
  for (const { path, text } of scripts) {
    // Maps hold the sources, and `worker.js` and `parts.js` nearly all of them once more; the package has a bound.
    const map =
      basename(path) === "index.js" ? outputFiles.find((file) => file.path === `${path}.map`)?.text : undefined;
    await minifyTo(path, text, map, format === "esm");
  }
}

/** Writes a bundle without what nobody reads. Terser's is 3 % smaller, compressed, than what esbuild makes of it. */
async function minifyTo(
  /** @type {string} */ path,
  /** @type {string} */ text,
  /** @type {string | undefined} */ map,
  /** @type {boolean} */ module,
) {
  const { minify } = await import("terser");
  const { code = "", map: ownMap = "" } = await minify(text, {
    // Of a module it drops what says that it is strict.
    module,
    toplevel: true,
    ecma: 2020,
    compress: { passes: 3 },
    // An engine that reports an uncaught exception prints the line it came from: short ones, where line ends part statements.
    format: { semicolons: false, max_line_len: 400 },
    sourceMap: map === undefined ? false : { content: map, url: `${basename(path)}.map`, includeSources: true },
  });
  writeFileSync(path, code);
  if (map === undefined) rmSync(`${path}.map`, { force: true });
  else writeFileSync(`${path}.map`, String(ownMap));
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
