/**
 * go-plugin's own tests of plugins, from its Go module: with the plugins as Go builds them, and with the same optimized.
 */
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../../scripts/process.mjs";
import { runChild } from "../harness/child.mjs";
import { optimized, WAYS } from "./ways.mjs";

const SYSTEM = join(dirname(fileURLToPath(import.meta.url)), "systems", "go-plugin");
const MODULE = "github.com/knqyf263/go-plugin";

/** Folders with tests; `examples/host-functions` asks a server of the internet. */
const PACKAGES = [
  "./tests/...",
  "./examples/helloworld",
  "./examples/host-function-library",
  "./examples/known-types",
  "./examples/wasi",
];
const TIMEOUT_MS = 300_000;

/** @returns {AsyncGenerator<import("./check.mjs").Result>} */
export async function* checkOwnTests() {
  const name = "go-plugin-tests";
  let start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  const work = mkdtempSync(join(tmpdir(), "gowasp-go-plugin-"));
  try {
    let plugins;
    try {
      plugins = await buildPlugins(work);
    } catch (error) {
      yield { name, way: "original", outcome: "not run", why: String(error.message), seconds: seconds() };
      return;
    }
    const expected = await goTest(work);
    const failed = [...expected].filter(([, result]) => result !== "PASS").map(([test]) => test);
    const why = failed.length ? `fail: ${failed.join(", ")}` : expected.size === 0 ? "no tests ran" : undefined;
    yield { name, way: "original", outcome: why ? "differs" : "same", why, seconds: seconds() };
    for (const way of Object.keys(WAYS)) {
      start = performance.now();
      const why = await differing(way, plugins, work, expected).catch((error) => String(error.message));
      yield { name, way, outcome: why ? "differs" : "same", why, seconds: seconds() };
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Copies the module to where it can be written, and builds its plugins beside their sources, where the tests look for them.
 *
 * @returns {Promise<{original: string, place: string}[]>} of each plugin the module as Go built it, and where the tests read it
 */
async function buildPlugins(/** @type {string} */ work) {
  const env = { ...process.env, GOFLAGS: "", GOWORK: "off" };
  const from = (
    await run("go", ["list", "-m", "-f", "{{.Dir}}", MODULE], { cwd: SYSTEM, env, output: "result" })
  ).trim();
  // What is in the module cache cannot be written.
  await run("cp", ["-R", "--no-preserve=mode", `${from}/.`, work], { output: "capture" });
  const folders = readdirSync(work, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.startsWith("plugin"))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const plugins = [];
  for (const folder of folders) {
    const original = join(folder, "original.wasm");
    await run("go", ["build", "-trimpath", "-buildvcs=false", "-buildmode=c-shared", "-o", original, "."], {
      cwd: folder,
      env: { ...env, GOOS: "wasip1", GOARCH: "wasm" },
      output: "capture",
    });
    const place = join(folder, "plugin.wasm");
    copyFileSync(original, place);
    plugins.push({ original, place });
  }
  return plugins;
}

async function differing(/** @type {string} */ way, plugins, /** @type {string} */ work, expected) {
  for (const { original, place } of plugins) await optimized(original, way, place);
  const results = await goTest(work);
  const different = [...expected].filter(([test, result]) => results.get(test) !== result);
  return different.map(([test, result]) => `${test}: ${results.get(test)}, not ${result}`).join("\n");
}

/** @returns {Promise<Map<string, string>>} of each test whether it passed */
async function goTest(/** @type {string} */ work) {
  const { stdout, stderr, ended } = await runChild("go", ["test", "-json", "-count=1", "-short", ...PACKAGES], {
    cwd: work,
    env: { ...process.env, GOFLAGS: "", GOWORK: "off" },
    timeoutMs: TIMEOUT_MS,
  });
  if (stdout === "") throw new Error(`go test: ${ended}\n${stderr}`);
  const events = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  return new Map(
    events
      .filter(({ Test, Action }) => Test && ["pass", "fail", "skip"].includes(Action))
      .map(({ Package, Test, Action }) => [`${Package} ${Test}`, Action.toUpperCase()]),
  );
}
