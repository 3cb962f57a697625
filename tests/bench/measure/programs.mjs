/**
 * The programs that are measured: those from npm that the tests use, and some that the machine's Go builds.
 */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheDir, root } from "../../../scripts/paths.mjs";
import { UsageError } from "../../harness/command.mjs";
import { go } from "../../harness/go.mjs";
import { INPUTS, inputPath } from "../../harness/inputs.mjs";

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {string} what for people: where it comes from
 * @property {boolean} pinned whether its bytes are the same on every machine
 * @property {boolean} [large] too large to be measured without being asked for
 * @property {() => string} wasm its path; builds it where that is needed
 */

/** @type {Program[]} */
export const PROGRAMS = [
  ...Object.entries(INPUTS).map(([name, input]) => ({
    name,
    what: `${input.package} from npm`,
    pinned: true,
    wasm: () => inputPath(/** @type {keyof typeof INPUTS} */ (name)),
  })),
  built("gofmt", "cmd/gofmt", root, "gofmt of the Go distribution"),
  built("hello", "./hello", join(root, "tests/programs"), "tests/programs/hello"),
  built("templates", "./templates", join(root, "tests/programs"), "tests/programs/templates"),
  { ...built("compile", "cmd/compile", root, "the Go compiler"), large: true },
  {
    ...built("compile-wasip1", "cmd/compile", root, "the Go compiler for WASI", { GOOS: "wasip1", GOARCH: "wasm" }),
    large: true,
  },
];

/**
 * @param {string} name
 * @returns {Program}
 * @throws {UsageError} when there is none of this name
 */
export function findProgram(name) {
  const program = PROGRAMS.find((program) => program.name === name);
  if (program) return program;
  throw new UsageError(`there is no program "${name}": there are ${PROGRAMS.map(({ name }) => name).join(", ")}`);
}

/** @returns {Program} */
function built(name, package_, cwd, what, target) {
  return { name, what, pinned: false, wasm: () => goBuild(package_, cwd, name, target) };
}

/**
 * Builds a Go package the way that is usual when size matters: without symbol table and DWARF.
 *
 * @param {string} package_ as `go build` takes it
 * @param {string} cwd in the module that has it
 * @param {string} name of the file
 * @param {{GOOS: string, GOARCH: string} | Record<string, never>} target by default `GOOS=js`; `{}` is this machine
 * @returns {string} path
 */
export function goBuild(package_, cwd, name, target = { GOOS: "js", GOARCH: "wasm" }) {
  const folder = join(cacheDir, "bench", "built");
  const file = join(folder, target.GOOS ? `${name}.wasm` : name);
  mkdirSync(dirname(file), { recursive: true });
  const env = { GOTOOLCHAIN: "local", GOWORK: "off", GOFLAGS: "", ...target };
  go(["build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", file, package_], env, cwd);
  return file;
}
