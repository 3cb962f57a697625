/**
 * Real Go programs from npm, pinned by the hash of their wasm: what tests, benchmarks and the demo work on.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { root } from "../../scripts/paths.mjs";
import { cachedFileSync } from "./cache.mjs";

/** Where npm put the packages. */
export const NODE_MODULES = join(root, "node_modules");

/**
 * @typedef {object} Input
 * @property {string} package on npm, with its version
 * @property {string} file in node_modules, gzipped where it ends in `.gz`
 * @property {string} go the release that built it
 * @property {string} sha256 of the wasm, in lower-case hex
 */

/** @type {Record<"esbuild" | "hcl2json" | "astro", Input>} by short name */
export const INPUTS = {
  esbuild: {
    package: "esbuild-wasm@0.28.2",
    file: "esbuild-wasm/esbuild.wasm",
    go: "go1.26.5",
    sha256: "b1831a5c0f6cf688034fb94d0419812f165ea316a3380d3fc00a151e562d2eaf",
  },
  hcl2json: {
    package: "@cdktf/hcl2json@0.21.0",
    file: "@cdktf/hcl2json/main.wasm.gz",
    go: "go1.18.5",
    sha256: "4a9afc3d94b4afe7640ed206721ea452f7f8230cdb36efb9941cf280030c0a20",
  },
  astro: {
    package: "@astrojs/compiler@4.0.0",
    file: "@astrojs/compiler/dist/astro.wasm",
    go: "go1.22.12",
    sha256: "a4ed5ef260d401dba6f172d52a3c27dbd933bfcd9b1698e91b430214c9701313",
  },
};

/**
 * The path of an input's wasm, decompressed and checked.
 *
 * @param {keyof typeof INPUTS} name
 * @returns {string}
 * @throws {Error} when the package is not installed, or is not the one that is pinned
 */
export function inputPath(name) {
  const input = INPUTS[name];
  const installed = join(NODE_MODULES, input.file);
  if (!existsSync(installed)) throw new Error(`${input.package} is not installed: npm ci`);
  const path = input.file.endsWith(".gz") ? decompressed(input, installed) : installed;
  const hash = createHash("sha256").update(readFileSync(path)).digest("hex");
  if (hash !== input.sha256) {
    throw new Error(`${path} is not that of ${input.package}: its SHA-256 is ${hash}, not ${input.sha256}`);
  }
  return path;
}

/** Inputs that ship compressed are kept decompressed. */
function decompressed({ sha256 }, installed) {
  return cachedFileSync("corpus", [sha256], ".wasm", (file) =>
    writeFileSync(file, gunzipSync(readFileSync(installed))),
  );
}
