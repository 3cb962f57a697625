// esbuild moves no files that scripts ask for: the two that the loader may need lie beside the bundle.

import { copyFile } from "node:fs/promises";
import { build } from "esbuild";

await build({
  entryPoints: ["page.js"],
  bundle: true,
  splitting: true,
  format: "esm",
  outdir: "dist",
});
for (const name of ["decoder_bg.wasm", "worker.js"]) await copyFile(`node_modules/gowasp/dist/${name}`, `dist/${name}`);
