import HtmlPlugin from "html-webpack-plugin";

export default {
  entry: "./page.js",
  plugins: [new HtmlPlugin()],
  devServer: { static: "public", compress: false, client: { logging: "none" } },
};
