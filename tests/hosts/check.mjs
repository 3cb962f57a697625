/**
 * Runs one plugin system: Go's own module against what the test expects, then each optimized one against Go's own.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runChild } from "../harness/child.mjs";
import { normalise } from "../harness/programs/compare.mjs";
import { buildGuest, expectedFile } from "./systems.mjs";
import { optimized, WAYS, WAYS_OF_FORGETFUL } from "./ways.mjs";

const TIMEOUT_MS = 120_000;

/**
 * @typedef {object} Result
 * @property {string} name
 * @property {string} way
 * @property {"same" | "differs" | "not run"} outcome
 * @property {string} [why]
 * @property {number} seconds
 */

/**
 * @param {import("./systems.mjs").Case} one
 * @returns {AsyncGenerator<Result>}
 */
export async function* checkSystem(one) {
  const { name } = one;
  const began = performance.now();
  const since = () => (performance.now() - began) / 1000;
  let module, host;
  try {
    module = await buildGuest(one);
    host = await one.host();
  } catch (error) {
    yield { name, way: "original", outcome: "not run", why: String(error.message), seconds: since() };
    return;
  }
  const expected = await transcript(host, module);
  const differs = asExpected(expectedFile(one), expected.stdout);
  yield { name, way: "original", outcome: differs ? "differs" : "same", why: differs, seconds: since() };
  const work = mkdtempSync(join(tmpdir(), "gowasp-hosts-"));
  try {
    for (const way of [...Object.keys(WAYS), ...(one.canForget ? Object.keys(WAYS_OF_FORGETFUL) : [])]) {
      const start = performance.now();
      const why = await difference({ way, module, work, host, expected }).catch((error) => String(error.message));
      const seconds = (performance.now() - start) / 1000;
      yield { name, way, outcome: why ? "differs" : "same", why, seconds };
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function difference({ way, module, work, host, expected }) {
  const file = join(work, `${way}.wasm`);
  await optimized(module, way, file);
  const actual = await transcript(host, file, way in WAYS_OF_FORGETFUL ? ["forget"] : []);
  return firstDifference(expected.stdout, actual.stdout) || firstDifference(expected.panics, actual.panics);
}

/** What a host wrote, and what panics of the plugin said. */
async function transcript(/** @type {string[]} */ [program, ...args], /** @type {string} */ file, more = []) {
  const outcome = await runChild(program, [...args, file, ...more], { env: process.env, timeoutMs: TIMEOUT_MS });
  if (outcome.exitCode !== 0)
    throw new Error(`the host: ${outcome.ended}\n${outcome.stdout.slice(-500)}\n${outcome.stderr.slice(0, 1500)}`);
  // Which frames a trace has below a trap that the host caught is chance: Go's stack there is one that nobody left.
  const panics = [...outcome.stderr.matchAll(/^panic: .*\n(?:.+\n)*\ngoroutine .*\n.*\n.*$/gm)].map(([text]) => text);
  return { stdout: withoutEngine(outcome.stdout), panics: normalise(panics.join("\n")) };
}

/** The engine's own stack names functions that the optimizer has inlined. */
const withoutEngine = (/** @type {string} */ text) => text.replaceAll(/\\nwasm stack trace:[^"]*/g, "");

/** Compares with a file of the repository; with BLESS=1 writes it. */
function asExpected(/** @type {string} */ file, /** @type {string} */ text) {
  if (process.env.BLESS) writeFileSync(file, text);
  return firstDifference(existsSync(file) ? readFileSync(file, "utf8") : "", text);
}

/** @returns {string} the first line that differs, or nothing */
export function firstDifference(/** @type {string} */ expected, /** @type {string} */ actual) {
  if (expected === actual) return "";
  const [wanted, got] = [expected.split("\n"), actual.split("\n")];
  const at = wanted.findIndex((line, i) => line !== got[i]);
  const line = at < 0 ? wanted.length : at;
  return `line ${line + 1} is\n${got[line] ?? "(missing)"}\nand not\n${wanted[line] ?? "(missing)"}`;
}
