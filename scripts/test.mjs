// `npm test`: sets the machine up, runs every test, and ends with a table of the stages.

import { parseArgs } from "node:util";
import { SetupError, setup } from "./setup.mjs";
import { stages } from "./test/stages.mjs";

const help = `Usage: npm test [-- --only STAGE]...

Stages, in order: ${stages.map(({ name }) => name).join(", ")}.
  --only STAGE   run this stage alone; may be repeated (node and browser test what the last build left)
  --help         this text

With CI=true a missing browser or Go toolchain is a failure; without, tests that need it are skipped.`;

/** @typedef {{ name: string, result: string, seconds: number, passed: number, failed: number, skipped: { name: string, reason: string }[], fileSeconds?: Record<string, number> }} Row */

/** Files of tests that take longer are named. */
const slowSeconds = 10;

process.exitCode = await main();

async function main() {
  const only = selection();
  if (typeof only === "number") return only;
  let prepared;
  try {
    prepared = await setup({ chromium: true, go: true, engines: true });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    return 1;
  }

  /** @type {Row[]} */
  const rows = [];
  for (const stage of stages.filter(({ name }) => only.length === 0 || only.includes(name))) {
    const row = await perform(stage, prepared);
    rows.push(row);
    // Nothing after it means anything when the build is broken.
    if (stage.name === "build" && row.failed > 0) break;
  }
  summarize(rows);
  return rows.some(({ failed }) => failed > 0) ? 1 : 0;
}

/** @returns {string[] | number} names of stages, or the exit code when there is nothing to run */
function selection() {
  try {
    const { values } = parseArgs({
      options: { only: { type: "string", multiple: true, default: [] }, help: { type: "boolean" } },
    });
    if (values.help) {
      console.log(help);
      return 0;
    }
    const unknown = values.only.find((name) => !stages.some((stage) => stage.name === name));
    if (unknown === undefined) return values.only;
    console.error(`There is no stage ${unknown}.\n\n${help}`);
  } catch (error) {
    console.error(`${error.message}\n\n${help}`);
  }
  return 2;
}

/** @returns {Promise<Row>} */
async function perform(
  /** @type {import("./test/stages.mjs").Stage} */ { name, needs, run },
  /** @type {import("./setup.mjs").Prepared} */ { env, missing },
) {
  console.log(`\n── ${name} ${"─".repeat(60 - name.length)}`);
  if (needs && missing.includes(needs)) {
    const skipped = [{ name: `all ${name} tests`, reason: `${needs} is not installed` }];
    return { name, result: "skipped", seconds: 0, passed: 0, failed: 0, skipped };
  }
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  try {
    const { seconds: fileSeconds, ...counts } = await run(env);
    return { name, result: counts.failed > 0 ? "FAILED" : "passed", ...counts, seconds: seconds(), fileSeconds };
  } catch (error) {
    console.error(error.message);
    return { name, result: "FAILED", seconds: seconds(), passed: 0, failed: 1, skipped: [] };
  }
}

function summarize(/** @type {Row[]} */ rows) {
  console.log("\nstage     result    passed  failed  skipped     time");
  for (const { name, result, passed, failed, skipped, seconds } of rows) {
    const counts = [passed, failed, skipped.length].map((count) => String(count).padStart(7)).join(" ");
    console.log(`${name.padEnd(9)} ${result.padEnd(8)} ${counts} ${seconds.toFixed(1).padStart(8)} s`);
  }
  const files = rows.flatMap(({ fileSeconds = {} }) => Object.entries(fileSeconds));
  const slow = files.filter(([, seconds]) => seconds >= slowSeconds).sort(([, a], [, b]) => b - a);
  for (const [name, seconds] of slow) console.log(`${name.padEnd(36)} ${seconds.toFixed(1).padStart(8)} s`);
  for (const { name, reason } of rows.flatMap(({ skipped }) => skipped))
    console.log(`skipped: ${name}${reason ? `: ${reason}` : ""}`);
  const total = (/** @type {(row: Row) => number} */ count) => rows.reduce((sum, row) => sum + count(row), 0);
  console.log(
    `\n${total((row) => row.passed)} passed, ${total((row) => row.failed)} failed, ${total((row) => row.skipped.length)} skipped`,
  );
}
