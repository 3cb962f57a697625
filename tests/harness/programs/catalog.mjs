/**
 * The test programs: folders of `tests/programs` with a `main.go`, and those that `shapes/` generates.
 *
 * `expect.json` of a program, every field optional:
 *
 * | field | meaning | default |
 * | --- | --- | --- |
 * | `goos` | where it runs | `["js", "wasip1"]` |
 * | `since` | first Go release that builds it | `"1.18"` |
 * | `args`, `stdin`, `env` | what it is started with | none |
 * | `exitCode` | | 0 |
 * | `stderr` | regular expressions that match stderr, in this order | stderr is empty |
 * | `variants` | `default`, `stripped` (`-ldflags=-s -w`) | `["default"]` |
 * | `nodeArgs` | flags for Node's engine | none |
 * | `buildmode` | by goos, such as `{"wasip1": "c-shared"}` | none |
 *
 * `stdout.txt` holds the exact standard output. `drive.mjs`, where there is one, supplies imports and calls exports: see
 * `hosts/driver.mjs`.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../scripts/paths.mjs";
import { buildsFor } from "../toolchain.mjs";
import { shapes } from "./shapes/index.mjs";

/** The directory with the Go module of the programs. */
export const PROGRAMS_DIR = join(root, "tests", "programs");

const DEFAULTS = {
  goos: ["js", "wasip1"],
  since: "1.18",
  args: [],
  stdin: "",
  env: {},
  exitCode: 0,
  stderr: [],
  variants: ["default"],
  nodeArgs: [],
  buildmode: {},
};

/**
 * @typedef {typeof DEFAULTS & {
 *   name: string, files: Record<string, string>, stdout: string, drive?: string
 * }} Program `files` are its Go sources by name; `drive` is the path of `drive.mjs`
 */

/**
 * Reads all programs, sorted by name.
 *
 * @returns {Program[]}
 * @throws {Error} when an `expect.json` holds a field that is not known
 */
export function readPrograms() {
  const written = readdirSync(PROGRAMS_DIR, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(PROGRAMS_DIR, entry.name, "main.go")))
    .map((entry) => readProgram(entry.name));
  const generated = shapes().map(({ name, source, stdout, ...expect }) => ({
    ...checked(name, expect),
    name,
    files: { "main.go": source },
    stdout,
  }));
  return [...written, ...generated].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readProgram(name) {
  const dir = join(PROGRAMS_DIR, name);
  const expectFile = join(dir, "expect.json");
  const expect = existsSync(expectFile) ? JSON.parse(readFileSync(expectFile, "utf8")) : {};
  const files = {};
  for (const file of readdirSync(dir).sort()) {
    if (/\.(go|s)$/.test(file)) files[file] = readFileSync(join(dir, file), "utf8");
  }
  const drive = join(dir, "drive.mjs");
  return {
    ...checked(name, expect),
    name,
    files,
    stdout: readFileSync(join(dir, "stdout.txt"), "utf8"),
    drive: existsSync(drive) ? drive : undefined,
  };
}

function checked(name, expect) {
  for (const field of Object.keys(expect)) {
    if (!(field in DEFAULTS)) throw new Error(`${name}/expect.json: no field is called "${field}"`);
  }
  return { ...DEFAULTS, ...expect };
}

/**
 * The combinations of a program with systems, a release and variants that exist; or with ways to build in place of variants.
 *
 * @param {Program[]} programs
 * @param {import("../toolchain.mjs").Toolchain} toolchain
 * @param {{goos?: string[], ways?: import("./ways.mjs").Way[]}} [only]
 */
export function casesOf(programs, toolchain, { goos: systems, ways } = {}) {
  const cases = [];
  for (const program of programs) {
    if (Number(program.since.split(".")[1]) > toolchain.minor) continue;
    for (const goos of program.goos) {
      if (!buildsFor(toolchain, goos) || (systems && !systems.includes(goos))) continue;
      for (const build of ways ? builtIn(ways, program) : program.variants.map((variant) => ({ variant }))) {
        const name = build.way?.name ?? build.variant;
        const id = `${program.name} ${goos} go${toolchain.release}${name === "default" ? "" : ` ${name}`}`;
        cases.push({ id, goos, toolchain, ...build, program: { ...program, ...build.program } });
      }
    }
  }
  return cases;
}

function builtIn(ways, program) {
  return ways
    .filter(({ except = [] }) => !except.includes(program.name))
    .map((way) => ({ variant: "default", way, program: { env: { ...program.env, ...way.runEnv } } }));
}
