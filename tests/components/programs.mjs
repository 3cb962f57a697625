// The programs that become components, and what each must do.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheDir } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));

/** First release with `go:wasmexport` and `-buildmode=c-shared` for wasip1. */
const FIRST_WITH_REACTORS = 24;

/**
 * @typedef {object} Program
 * @property {string} name its folder
 * @property {boolean} reactor
 * @property {string[]} options of `gowasp component`
 */

/** @type {Program[]} */
export const PROGRAMS = [
  { name: "stress", reactor: false, options: [] },
  { name: "numbers", reactor: true, options: [] },
  { name: "text", reactor: true, options: ["--world", `${join(HERE, "programs/text/world.wit")}#text`] },
];

/** What a program's input is: enough that it does not come in one piece. */
export const STDIN = "line of the input\n".repeat(20_000);

/** Programs that a release can build. */
export const programsOf = (/** @type {{ minor: number }} */ { minor }) =>
  PROGRAMS.filter(({ reactor }) => !reactor || minor >= FIRST_WITH_REACTORS);

/** Settings of the collector under which memory that is not the program's own would be noticed. @type {Record<string, string>[]} */
export const SETTINGS = [
  { GOGC: "100" },
  { GOGC: "1" },
  { GOGC: "1", GODEBUG: "clobberfree=1", BUSY: "yes" },
  { GOGC: "5", GODEBUG: "clobberfree=1,gccheckmark=1" },
];

/** Builds a program. @returns {Promise<string>} path of the module */
export async function buildProgram(/** @type {Program} */ { name, reactor }, /** @type {any} */ toolchain) {
  const file = join(cacheDir, "components", toolchain.release, `${name}.wasm`);
  mkdirSync(dirname(file), { recursive: true });
  const mode = reactor ? ["-buildmode=c-shared"] : [];
  await run("go", ["build", "-trimpath", "-buildvcs=false", ...mode, "-o", file, "."], {
    cwd: join(HERE, "programs", name),
    env: { ...process.env, ...toolchain.env, GOOS: "wasip1", GOARCH: "wasm", GOFLAGS: "", GOWORK: "off" },
    output: "capture",
  });
  return file;
}

/** Compares what a reactor's calls returned. */
export function assertResults(/** @type {string} */ name, /** @type {string} */ stdout) {
  const line = stdout.trim().split("\n").at(-1) ?? "";
  const results = JSON.parse(line);
  assert.deepEqual(results, name === "numbers" ? numbers : texts);
}

const name = "a world that is somewhat longer than a word";
const host = `host-${"h".repeat(1000)}`;

/** The sum of `churn`: the first byte of each buffer, which is its number. */
const churned = Array.from({ length: 1000 }, (_, i) => i % 256).reduce((sum, byte) => sum + byte, 0);

const numbers = [
  ["add", 5],
  ["mean-of", 2],
  ["churn", churned],
  ["elapsed", "some"],
];
const texts = [
  ["greet", `hello ${name} from ${host}${"!".repeat(name.length)}`],
  ["greet", `hello  from ${host}`],
  ["older", { name: "Ada the elder", age: 37 }],
  ["sum", 4294967301],
];
