// Every way to install the package, and the program that runs then.

import { join } from "node:path";

/**
 * @typedef {object} Place
 * @property {string} tools node_modules folder with the package managers
 * @property {string} registry its address
 */

/**
 * @typedef {object} Install
 * @property {string} name
 * @property {"native" | "WebAssembly"} runs
 * @property {(place: Place) => Record<string, string>} [files] settings in the folder, beside an empty package.json
 * @property {(place: Place) => NodeJS.ProcessEnv} [env]
 * @property {(place: Place) => string[][]} steps commands that install
 * @property {(place: Place) => string[]} command that runs `gowasp`
 */

const npx = () => ["npx", "--no-install", "gowasp"];
const npmInstall = (/** @type {string[]} */ ...options) => [["npm", "install", "gowasp", ...options]];
const script = (/** @type {Place} */ { tools }, /** @type {string} */ path) => [process.execPath, join(tools, path)];
const pnpm = (/** @type {Place} */ place) => script(place, "pnpm/bin/pnpm.mjs");
const yarn = (/** @type {Place} */ place) => script(place, "@yarnpkg/cli-dist/bin/yarn.js");
const bun = (/** @type {Place} */ { tools }) => [join(tools, `@oven/bun-${process.platform}-${process.arch}/bin/bun`)];

/** @type {Install[]} */
export const installs = [
  { name: "npx in an empty folder", runs: "native", steps: () => [], command: () => ["npx", "--yes", "gowasp"] },
  { name: "npm", runs: "native", steps: () => npmInstall(), command: npx },
  { name: "npm --ignore-scripts", runs: "native", steps: () => npmInstall("--ignore-scripts"), command: npx },
  { name: "npm --omit=optional", runs: "WebAssembly", steps: () => npmInstall("--omit=optional"), command: npx },
  {
    name: "npm, node_modules of another platform",
    runs: "WebAssembly",
    steps: () => npmInstall("--os=darwin", "--cpu=arm64"),
    command: npx,
  },
  {
    name: "pnpm",
    runs: "native",
    steps: (place) => [[...pnpm(place), "add", "gowasp"]],
    command: (place) => [...pnpm(place), "exec", "gowasp"],
  },
  {
    name: "Yarn Plug'n'Play",
    runs: "native",
    files: ({ registry }) => ({
      ".yarnrc.yml": [
        "nodeLinker: pnp",
        "enableGlobalCache: false",
        "enableTelemetry: false",
        "unsafeHttpWhitelist: [127.0.0.1]",
        `npmRegistryServer: "${registry}"`,
        "npmMinimalAgeGate: 0",
        "",
      ].join("\n"),
    }),
    steps: (place) => [[...yarn(place), "add", "gowasp"]],
    command: (place) => [...yarn(place), "run", "gowasp"],
  },
  {
    name: "bun",
    runs: "native",
    env: ({ registry }) => ({ BUN_CONFIG_REGISTRY: registry }),
    steps: (place) => [[...bun(place), "add", "gowasp"]],
    command: (place) => [...bun(place), "run", "gowasp"],
  },
];
