// Bundles the demo page into www/dist, as a user of the package would: `import { load } from "gowasp"`.

import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../paths.mjs";

/** Where the demo has the page's files. */
export const pageFolder = join(root, "www", "dist");

/**
 * Builds the page from www/src and the package in dist, which must have been built before.
 *
 * @param {string} [folder] where to; what is there is replaced
 * @throws Error when the sources do not compile
 */
export async function buildPage(folder = pageFolder) {
  // Installed by set-up, which runs before this is called but not before this file is read.
  const { build } = await import("esbuild");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const source = join(root, "www", "src");
  await build({
    entryPoints: [join(source, "main.ts"), join(source, "main.css")],
    outdir: folder,
    bundle: true,
    format: "esm",
    // Keeps the decoder in a file of its own, which is only fetched where it is needed.
    splitting: true,
    minify: true,
    sourcemap: true,
    target: ["es2022", "chrome111", "firefox113", "safari16.4"],
    // The type checker looks into the loader's sources; the page is to get the package as it is shipped.
    tsconfigRaw: {},
    logLevel: "warning",
  });
  for (const name of ["index.html", "icon.svg"]) await copyFile(join(source, name), join(folder, name));
  // esbuild leaves `new URL("./decoder_bg.wasm", import.meta.url)` as it is: the file belongs beside the bundle.
  await copyFile(join(root, "dist", "decoder_bg.wasm"), join(folder, "decoder_bg.wasm"));
}
