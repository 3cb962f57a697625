import { build } from "esbuild";
import gowasp from "gowasp/esbuild";

await build({
  entryPoints: ["page.js"],
  bundle: true,
  splitting: true,
  format: "esm",
  outdir: "dist",
  publicPath: process.env.CDN,
  plugins: [gowasp()],
});
