// Gets a machine that has only Rust, Node and npm ready to build and test the project. Quick when all is there.
// `node scripts/setup.mjs` does it by hand, with `--browsers` also for Firefox and WebKit; the demo and the tests call
// `setup()` first.

import { delimiter, dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { CommandError } from "./process.mjs";
import { chromium } from "./setup/chromium.mjs";
import { otherBrowsers, wasmtimeEngine, wazeroEngine } from "./setup/engines.mjs";
import { go } from "./setup/go.mjs";
import { npmPackages } from "./setup/npm.mjs";
import { describe, found, missing } from "./setup/outcome.mjs";
import { cargo, wasmTarget } from "./setup/rust.mjs";
import { wasmTools } from "./setup/wasm_tools.mjs";

/** Something that the project cannot be built without is not there and cannot be installed. */
export class SetupError extends Error {}

/**
 * @typedef {object} Prepared
 * @property {NodeJS.ProcessEnv} env for child processes: CHROME_BIN names Chromium, Go is on PATH
 * @property {string[]} missing names of the optional items that are not there: `Chromium`, `Go`, `wazero 1.2.3`
 */

/**
 * Finds or installs everything, saying one line per item.
 *
 * @param {{ chromium?: boolean, go?: boolean, engines?: boolean, browsers?: boolean }} [optional] items that only some work
 *   needs; `engines` are wazero and wasmtime, `browsers` Firefox and WebKit
 * @param {{ beside?: Item[], behind?: Item[] }} [work] long work that is required: what needs only cargo is done beside the
 *   rest, what needs npm's packages and the tools for wasm behind those
 * @returns {Promise<Prepared>}
 * @throws {SetupError} when the build needs something that is missing; with CI=true also for an optional item
 */
export async function setup(optional = {}, { beside = [], behind = [] } = {}) {
  const failed = await inTurn([node, cargo]);
  if (failed.length === 0) {
    const install = async () => {
      const lacking = (await Promise.all([[npmPackages], [wasmTarget, wasmTools]].map(inTurn))).flat();
      return lacking.length > 0 ? lacking : inTurn(behind);
    };
    failed.push(...(await Promise.all([install(), ...beside.map((item) => inTurn([item]))])).flat());
  }

  const absent = [];
  const env = { ...process.env };
  if (optional.chromium) {
    const outcome = await perform(chromium);
    absent.push(...failures(outcome));
    if (outcome.ok) env.CHROME_BIN = outcome.path;
  }
  if (optional.go) {
    const outcome = await perform(go);
    absent.push(...failures(outcome));
    if (outcome.path) env.PATH = [dirname(outcome.path), env.PATH].join(delimiter);
  }
  const others = [
    ...(optional.engines ? [wazeroEngine, wasmtimeEngine] : []),
    ...(optional.browsers ? otherBrowsers : []),
  ];
  for (const item of others) absent.push(...failures(await perform(item)));
  if (process.env.CI === "true") failed.push(...absent);
  if (failed.length > 0) throw new SetupError(`set-up failed: ${failed.join(", ")} missing (see above)`);
  return { env, missing: absent };
}

/** The oldest Node release that is tested, see `engines` in package.json. */
const oldestNode = 20;

async function node() {
  if (Number.parseInt(process.versions.node, 10) >= oldestNode) return found("Node", process.version);
  return missing("Node", `${process.version} is too old`, `Install Node ${oldestNode} or later.`);
}

/** @typedef {(progress: (text: string) => void) => Promise<import("./setup/outcome.mjs").Outcome>} Item */

/** @returns {Promise<string[]>} the names of those that failed */
async function inTurn(/** @type {Item[]} */ items) {
  const failed = [];
  for (const item of items) failed.push(...failures(await perform(item)));
  return failed;
}

async function perform(/** @type {Item} */ item) {
  const terminal = process.stdout.isTTY;
  const start = performance.now();
  const progress = (/** @type {string} */ text) => {
    if (terminal) process.stdout.write(`\r\x1b[K… ${text.slice(0, (process.stdout.columns ?? 80) - 3)}`);
    else console.log(`… ${text}`);
  };
  const outcome = await item(progress);
  if (terminal) process.stdout.write("\r\x1b[K");
  const seconds = Math.round((performance.now() - start) / 1000);
  console.log(describe(outcome) + (seconds > 2 ? ` (${seconds} s)` : ""));
  return outcome;
}

const failures = (/** @type {import("./setup/outcome.mjs").Outcome} */ { ok, name }) => (ok ? [] : [name]);

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    const { missing: absent } = await setup({
      chromium: true,
      go: true,
      engines: true,
      browsers: process.argv.includes("--browsers"),
    });
    if (absent.length > 0) console.log(`Tests that need ${absent.join(" or ")} will be skipped.`);
  } catch (error) {
    if (!(error instanceof SetupError || error instanceof CommandError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
