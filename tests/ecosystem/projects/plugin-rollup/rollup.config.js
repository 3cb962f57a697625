import gowasp from "gowasp/rollup";

const { CDN } = process.env;

/** Rollup's own way to have files elsewhere. */
const fromCdn = { name: "cdn", resolveFileUrl: ({ fileName }) => CDN && JSON.stringify(CDN + fileName) };

export default {
  input: "page.js",
  output: { dir: "dist" },
  plugins: [gowasp(), fromCdn],
};
