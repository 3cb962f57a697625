import gowasp from "gowasp/vite";

const { BASE, CDN } = process.env;

export default {
  base: BASE,
  plugins: [gowasp()],
  build: { target: "es2022", assetsInlineLimit: 1e9 },
  experimental: CDN && { renderBuiltUrl: (name) => CDN + name },
  logLevel: "warn",
};
