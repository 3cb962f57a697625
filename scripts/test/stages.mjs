// The stages of the test run. Each reports what it counted; a stage that cannot run says why.

import { readdir, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../paths.mjs";
import { CommandError, run } from "../process.mjs";
import { buildTestBuild } from "./test-build.mjs";

/** @typedef {import("./counter.mjs").Counts} Counts */

/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {string} [needs] the optional set-up item without which the stage is skipped
 * @property {(env: NodeJS.ProcessEnv) => Promise<Counts>} run
 */

/** @type {Stage[]} */
export const stages = [
  { name: "rust", run: rustTests },
  { name: "build", run: build },
  { name: "commands as WebAssembly", run: wasmCommandTests },
  // Files side by side: most of them wait for a program. What pages do is timed, so these have the machine to themselves.
  { name: "node", run: (env) => nodeTests("tests/node", Math.max(2, availableParallelism()), env) },
  { name: "browser", needs: "Chromium", run: (env) => nodeTests("tests/browser", 1, env) },
  { name: "ecosystem", needs: "Chromium", run: ecosystemTests },
];

/** @returns {Promise<Counts>} */
function rustTests(/** @type {NodeJS.ProcessEnv} */ env) {
  // --no-fail-fast: one run shows all that is broken.
  return cargoTest(["--workspace", "--no-fail-fast"], env);
}

/** The tests of the command line once more, with the program that `npx gowasp` runs where there is no native one. */
function wasmCommandTests(/** @type {NodeJS.ProcessEnv} */ env) {
  const names = ["check", "cli", "files", "many", "messages", "pack", "start"];
  const launcher = join(root, "npx", "gowasp.mjs");
  // The whole workspace, as before: with other features it would be compiled once more.
  const args = ["--workspace", "--no-fail-fast", ...names.flatMap((name) => ["--test", name])];
  return cargoTest(args, { ...env, GOWASP_TEST_LAUNCHER: launcher });
}

/** @returns {Promise<Counts>} */
async function cargoTest(/** @type {string[]} */ args, /** @type {NodeJS.ProcessEnv} */ env) {
  /** @type {Counts} */
  const counts = { passed: 0, failed: 0, skipped: [] };
  const onLine = (/** @type {string} */ line) => {
    const [, passed, failed, ignored] = /^test result: .*?(\d+) passed; (\d+) failed; (\d+) ignored/.exec(line) ?? [];
    counts.passed += Number(passed ?? 0);
    counts.failed += Number(failed ?? 0);
    if (Number(ignored ?? 0) > 0) counts.skipped.push({ name: `${ignored} Rust tests`, reason: "marked #[ignore]" });
  };
  return settle(counts, run("cargo", ["test", ...args], { cwd: root, env, output: "tee", onLine }));
}

/** @returns {Promise<Counts>} */
async function build(/** @type {NodeJS.ProcessEnv} */ env) {
  const native = async () => {
    await run("cargo", ["build", "--release", "-p", "gowasp"], { cwd: root, env });
    await buildTestBuild(env);
  };
  // Side by side: each ends with one crate that a single core compiles.
  await Promise.all([native(), run(process.execPath, ["scripts/build.mjs"], { cwd: root, env })]);
  return { passed: 0, failed: 0, skipped: [] };
}

/** @returns {Promise<Counts>} */
async function nodeTests(
  /** @type {string} */ folder,
  /** @type {number} */ filesAtOnce,
  /** @type {NodeJS.ProcessEnv} */ env,
) {
  const names = await readdir(join(root, folder)).catch(() => []);
  // Named one by one: releases of Node differ in what a folder or a pattern means.
  const files = names
    .filter((name) => name.endsWith(".test.mjs"))
    .sort()
    .map((name) => join(folder, name));
  if (files.length === 0) throw new Error(`${folder} holds no *.test.mjs`);
  const report = join(tmpdir(), `gowasp-tests-${process.pid}-${folder.replaceAll("/", "-")}.json`);
  const reporters = [
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    `--test-reporter=${pathToFileURL(join(root, "scripts/test/counter.mjs"))}`,
    `--test-reporter-destination=${report}`,
  ];
  try {
    const args = ["--test", `--test-concurrency=${filesAtOnce}`, ...reporters, ...files];
    const failure = await run(process.execPath, args, { cwd: root, env }).then(() => undefined, failed);
    /** @type {Counts} */
    const counts = JSON.parse(await readFile(report, "utf8"));
    // A file that dies outside of its tests fails the run without a test of its own.
    if (failure && counts.failed === 0) counts.failed = 1;
    return counts;
  } finally {
    await rm(report, { force: true });
  }
}

/** The package in projects of those bundlers and runtimes that CI tries; `npm run test:ecosystem` tries them all. */
function ecosystemTests(/** @type {NodeJS.ProcessEnv} */ env) {
  /** @type {Counts} */
  const counts = { passed: 0, failed: 0, skipped: [] };
  const onLine = (/** @type {string} */ line) => {
    if (line.startsWith("✓")) counts.passed += 1;
    if (line.startsWith("✗")) counts.failed += 1;
  };
  const args = ["tests/ecosystem/run.mjs", "--ci"];
  return settle(counts, run(process.execPath, args, { cwd: root, env, output: "tee", onLine }));
}

/** Counts of a run whose exit code may know of failures that were not counted, such as a test that does not compile. */
async function settle(/** @type {Counts} */ counts, /** @type {Promise<unknown>} */ done) {
  const failure = await done.then(() => undefined, failed);
  if (failure && counts.failed === 0) counts.failed = 1;
  return counts;
}

function failed(/** @type {unknown} */ error) {
  if (error instanceof CommandError) return error;
  throw error;
}
