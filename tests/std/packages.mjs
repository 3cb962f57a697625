/**
 * Which packages are tested.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { VARIANT_PACKAGES } from "./variants.mjs";

const run = promisify(execFile);

/** @typedef {import("./binary.mjs").TestCase} TestCase */

/**
 * All packages of the standard library that have tests on a system.
 *
 * @param {import("../harness/toolchain.mjs").Toolchain} toolchain
 * @param {string} goos
 * @returns {Promise<string[]>} import paths
 */
export async function allPackages(toolchain, goos) {
  const format = "{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}";
  const { stdout } = await run("go", ["list", "-e", "-f", format, "std"], {
    env: { ...process.env, ...toolchain.env, GOOS: goos, GOARCH: "wasm", GOFLAGS: "", GOWORK: "off" },
  });
  return stdout.split("\n").filter((path) => path && !path.startsWith("vendor/"));
}

/** What CI runs on both systems: what has code of its own for each, or much of the runtime's. */
const BOTH = ["encoding/json", "fmt", "os", "reflect", "runtime", "strings", "sync", "time"];

/** On one system in CI: the code of the package is the same on the other. */
const ONE = {
  js: [
    "bytes",
    "compress/flate",
    "context",
    "encoding/gob",
    "html/template",
    "maps",
    "regexp",
    "sort",
    "syscall/js",
    "text/template",
  ],
  wasip1: ["container/heap", "crypto/sha256", "errors", "go/parser", "math/big", "slices", "strconv"],
};

/** Stress variants in CI: one system each, packages whose tests are quick. */
const STRESS = [
  ["maymorestack", "wasip1", ["container/heap", "sort", "sync", "text/template"]],
  ["gc1", "js", ["context", "reflect", "sort"]],
  ["checkmark", "js", ["fmt", "strings"]],
];

/**
 * What CI tests.
 *
 * @param {import("../harness/toolchain.mjs").Toolchain} toolchain
 * @returns {TestCase[]}
 */
export function ciCases(toolchain) {
  const cases = [];
  for (const goos of ["js", "wasip1"]) {
    for (const path of [...BOTH, ...ONE[goos]].sort()) cases.push({ package: path, goos, variant: "plain", toolchain });
  }
  for (const [variant, goos, packages] of STRESS) {
    for (const path of packages) cases.push({ package: path, goos, variant, toolchain });
  }
  return cases;
}

/**
 * Named packages, or all that a variant is meant for.
 *
 * @param {import("../harness/toolchain.mjs").Toolchain} toolchain
 * @param {{packages: string[], goos: string[], variants: string[]}} wanted no packages are all of them
 * @returns {Promise<TestCase[]>}
 */
export async function casesOf(toolchain, { packages, goos: systems, variants }) {
  const cases = [];
  for (const goos of systems) {
    const all = await allPackages(toolchain, goos);
    for (const variant of variants) {
      const chosen = packages.length ? packages : variant === "plain" ? all : VARIANT_PACKAGES;
      for (const path of chosen.filter((name) => all.includes(name))) {
        cases.push({ package: path, goos, variant, toolchain });
      }
    }
  }
  return cases;
}
