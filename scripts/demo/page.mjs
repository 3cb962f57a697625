// Bundles the demo's pages into www/dist, as a user of the package would: `import { load } from "gowasp"`.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { root } from "../paths.mjs";
import { fillFigures } from "./figures.mjs";

/** Where the demo has the pages' files. */
export const pageFolder = join(root, "www", "dist");

const source = join(root, "www", "src");

/** The playground, and the workers that it starts by name. */
const playgroundScripts = [
  "playground.ts",
  "playground/optimizer-worker.ts",
  "playground/meter-worker.ts",
  "playground/check-worker.ts",
  "playground/map-worker.ts",
];

/** The page of `gowasp inspect --html`, whose data the playground hands to it. */
const map = join(root, "optimizer/core/src/sizes/page");

/** Files of the package that its scripts look for beside themselves; esbuild leaves `new URL(…, import.meta.url)` as it is. */
const besidePlayground = [
  "optimizer_bg.wasm",
  "optimizer-full_bg.wasm",
  "encoder-worker.js",
  "encoder.js",
  "encoder_bg.wasm",
];

/** @type {import("esbuild").BuildOptions} */
const common = {
  bundle: true,
  minify: true,
  target: ["es2022", "chrome111", "firefox113", "safari16.4"],
  // The type checker looks into the package's sources; the pages are to get it as it is shipped.
  tsconfigRaw: {},
  logLevel: "warning",
};

/** Whether the package has what the playground needs. Its WebAssembly takes minutes to build. */
export const canBuildPlayground = () =>
  ["optimize.js", "optimizer.js", "optimizer-full.js", ...besidePlayground].every((name) =>
    existsSync(join(root, "dist", name)),
  );

/**
 * Builds the pages from www/src and the package in dist, whose loader must have been built before. Without the optimizer's
 * part of it, a page that loads itself again stands in for the playground.
 *
 * @param {string} [folder] where to
 * @param {{ keep?: boolean }} [options] with `keep`, what is there stays until it is written over: somebody may be reading it
 * @throws Error when the sources do not compile
 */
export async function buildPage(folder = pageFolder, { keep = false } = {}) {
  // Installed by set-up, which runs before this is called but not before this file is read.
  const { build } = await import("esbuild");
  const playground = canBuildPlayground();
  if (!keep) await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, "samples"), { recursive: true });
  await build({
    ...common,
    entryPoints: ["main.ts", "main.css", ...(playground ? playgroundScripts : [])].map((name) => join(source, name)),
    outdir: folder,
    // All in one folder, so that whatever they look for is beside them.
    entryNames: "[name]",
    format: "esm",
    // Keeps the decoder in a file of its own, which is only fetched where it is needed.
    splitting: true,
    sourcemap: true,
  });
  for (const name of ["index.html", "icon.svg"]) await copyFile(join(source, name), join(folder, name));
  for (const name of ["decoder_bg.wasm", ...(playground ? besidePlayground : [])])
    await copyFile(join(root, "dist", name), join(folder, name));
  // Last: it names the others.
  const playgroundPage = playground ? "playground.html" : "playground-later.html";
  await copyFile(join(root, "node_modules/@astrojs/compiler/dist/astro.wasm"), join(folder, "samples", "astro.wasm"));
  await writeFile(join(folder, "when.html"), fillFigures(await readFile(join(source, "when.html"), "utf8")));
  if (playground) {
    await writeFile(join(folder, "frame.html"), await buildFrame(build));
    await writeFile(join(folder, "map.html"), mapPage(await readFile(join(map, "page.html"), "utf8")));
    for (const name of ["page.js", "page.css"]) await copyFile(join(map, name), join(folder, `map-${name}`));
  }
  await copyFile(join(source, playgroundPage), join(folder, "playground.html"));
}

/** The map without data, and with style and script as files beside it, which is all that its policy allows. */
function mapPage(/** @type {string} */ page) {
  return page
    .replace(/script-src 'unsafe-inline'; style-src 'unsafe-inline'/, "script-src 'self'; style-src 'self'")
    .replace("<style>/*STYLE*/</style>", '<link rel="stylesheet" href="map-page.css">')
    .replace("<script>/*SCRIPT*/</script>", '<script src="map-page.js"></script>');
}

/** The sandboxed frame: one page with its one script, which the page's policy knows by its hash. */
async function buildFrame(/** @type {typeof import("esbuild").build} */ build) {
  const bundle = async (/** @type {import("esbuild").BuildOptions} */ options) => {
    const { outputFiles } = await build({ ...common, ...options, write: false });
    return outputFiles?.[0]?.text ?? "";
  };
  const worker = (/** @type {string} */ path) =>
    bundle({
      entryPoints: [path],
      format: "iife",
      // With all that the loader would load later: nothing is beside a script that has no address.
      define: { "import.meta.url": '"about:blank"' },
    });
  const asText = {
    name: "text",
    setup(/** @type {import("esbuild").PluginBuild} */ { onLoad, onResolve }) {
      onResolve({ filter: /\?text$/ }, ({ path, resolveDir }) => ({
        path: join(resolveDir, path.slice(0, -"?text".length)),
        namespace: "text",
      }));
      onLoad({ filter: /./, namespace: "text" }, async ({ path }) => ({
        contents: await worker(path),
        loader: "text",
        resolveDir: dirname(path),
      }));
    },
  };
  const script = await bundle({
    entryPoints: [join(source, "playground/frame.ts")],
    format: "iife",
    plugins: [asText],
  });
  const hash = `sha256-${createHash("sha256").update(script).digest("base64")}`;
  const page = await readFile(join(source, "frame.html"), "utf8");
  return page
    .replace("sha256-frame.js", hash)
    .replace('<script src="frame.js"></script>', () => `<script>${script}</script>`);
}
