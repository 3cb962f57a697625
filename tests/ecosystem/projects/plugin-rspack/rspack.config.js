import { rspack } from "@rspack/core";
import gowasp from "gowasp/rspack";

const { BASE, CDN } = process.env;

export default {
  entry: "./page.js",
  output: { publicPath: CDN ?? BASE },
  plugins: [new rspack.HtmlRspackPlugin(), gowasp()],
  // A project that would have all of them in its scripts.
  module: { rules: [{ test: /\.wasm$/, type: "asset/inline" }] },
  devServer: { client: { logging: "none" } },
  performance: { hints: false },
};
