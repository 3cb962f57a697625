// Which program `npx gowasp` runs: the native one where it is there, else the same as WebAssembly.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { platformPackage, thisMachine } from "./platform.mjs";

/** The exit code of a program that lacks what it is asked for (`ELSEWHERE` in optimizer/cli/src/parts.rs). */
export const elsewhere = 69;

/**
 * @typedef {{ kind: "native", path: string, from: string }} Native
 * @typedef {Native | { kind: "wasm", why: string }} Program `from` and `why` are for people
 */

/** What is installed cannot be run together. */
export class InstallationError extends Error {}

const require = createRequire(import.meta.url);
const executable = process.platform === "win32" ? "gowasp.exe" : "gowasp";

/**
 * Looks at GOWASP_BINARY (`wasm` asks for WebAssembly), at the package of this platform, at `target/release` of a clone.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Program}
 * @throws {InstallationError} when the package of this platform has another version than this one
 */
export function findProgram(env) {
  if (env.GOWASP_BINARY === "wasm") return { kind: "wasm", why: "GOWASP_BINARY asks for it" };
  if (env.GOWASP_BINARY) return { kind: "native", path: env.GOWASP_BINARY, from: "GOWASP_BINARY" };
  const name = platformPackage(thisMachine());
  const installed = name && inPackage(name);
  if (installed) return { kind: "native", path: installed, from: name };
  const built = fileURLToPath(new URL(`../target/release/${executable}`, import.meta.url));
  if (existsSync(built)) return { kind: "native", path: built, from: "target/release" };
  const why = name
    ? `${name} is not installed`
    : `there is no native program for ${process.platform} on ${process.arch}`;
  return { kind: "wasm", why };
}

/** The program in an installed package, if it is. */
function inPackage(/** @type {string} */ name) {
  /** @type {string} */
  let manifest;
  try {
    manifest = require.resolve(`${name}/package.json`);
  } catch {
    return undefined;
  }
  const { version } = JSON.parse(readFileSync(manifest, "utf8"));
  const own = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version;
  if (version !== own) {
    throw new InstallationError(
      `${name} ${version} is installed beside gowasp ${own}, and they belong together: install again ` +
        `(\`npm install gowasp@${own}\`; remove node_modules and the lock file if that changes nothing)`,
    );
  }
  const path = join(dirname(manifest), executable);
  return existsSync(path) ? path : undefined;
}
