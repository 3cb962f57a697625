import gowasp from "gowasp/webpack";
import HtmlPlugin from "html-webpack-plugin";

const { BASE, CDN } = process.env;

export default {
  entry: "./page.js",
  output: { publicPath: CDN ?? BASE },
  plugins: [new HtmlPlugin(), gowasp()],
  // A project that would have all of them in its scripts.
  module: { rules: [{ test: /\.wasm$/, type: "asset/inline" }] },
  devServer: { client: { logging: "none" } },
  performance: { hints: false },
};
