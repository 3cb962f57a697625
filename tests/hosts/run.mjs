/**
 * Plugins in the hands of real plugin systems, as Go built them and optimized; calls go on after each kind of failure.
 *
 *     node tests/hosts/run.mjs [CASE...]
 */
import { parseArgs } from "node:util";
import { table } from "../bench/measure/table.mjs";
import { command, known } from "../harness/command.mjs";
import { checkSystem } from "./check.mjs";
import { checkExample, EXAMPLE_HOSTS } from "./examples.mjs";
import { checkOwnTests } from "./own_tests.mjs";
import { CASES } from "./systems.mjs";

/** What can be run, by name. @type {Record<string, () => AsyncGenerator<import("./check.mjs").Result>>} */
const RUNS = {
  ...Object.fromEntries(CASES.map((one) => [one.name, () => checkSystem(one)])),
  "go-plugin-tests": () => checkOwnTests(),
  ...Object.fromEntries(Object.keys(EXAMPLE_HOSTS).map((host) => [`example-${host}`, () => checkExample(host)])),
};

const USAGE = `usage: node tests/hosts/run.mjs [CASE...]

  CASE    ${Object.keys(RUNS).join(", ")}; default all`;

const MARKS = { same: "✓", differs: "✗", "not run": "–" };

await command(main, USAGE);

async function main() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { help: { type: "boolean" } } });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const names = known("case", positionals.length ? positionals : Object.keys(RUNS), Object.keys(RUNS));
  /** @type {import("./check.mjs").Result[]} */
  const results = [];
  for (const name of names) {
    for await (const result of RUNS[name]()) {
      results.push(result);
      console.log(`${MARKS[result.outcome]} ${result.name} ${result.way} (${result.seconds.toFixed(1)} s)`);
      if (result.why) console.log(result.why.replace(/^/gm, "    "));
    }
  }
  console.log(`\n${summary(results)}`);
  return results.some(({ outcome }) => outcome === "differs") ? 1 : 0;
}

function summary(/** @type {import("./check.mjs").Result[]} */ results) {
  const ways = [...new Set(results.map(({ way }) => way))];
  const rows = [...new Set(results.map(({ name }) => name))].map((name) => [
    name,
    ...ways.map((way) => results.find((one) => one.name === name && one.way === way)?.outcome ?? ""),
  ]);
  return table(["case", ...ways], rows, ways.length + 1);
}
