import { rspack } from "@rspack/core";

export default {
  entry: "./page.js",
  plugins: [new rspack.HtmlRspackPlugin()],
  devServer: { static: "public", compress: false, client: { logging: "none" } },
};
