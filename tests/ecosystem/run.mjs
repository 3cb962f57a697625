// `npm run test:ecosystem`: the package in fresh projects of many bundlers, frameworks and runtimes.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { launchChromium } from "../../scripts/chromium.mjs";
import { packMain } from "../../scripts/package/stage.mjs";

import { command } from "../harness/command.mjs";
import { bundlers } from "./bundlers.mjs";
import { edge } from "./edge.mjs";
import { frameworks } from "./frameworks.mjs";
import { pages } from "./pages.mjs";
import { plugins } from "./plugins.mjs";
import { giveProgram } from "./project.mjs";
import { runtimes } from "./runtimes.mjs";

const usage = `Usage: npm run test:ecosystem [-- --only TEXT]... [--ci]

Installs the package as it would be published in a project of each kind, and runs a Go program there.

  --only TEXT   only what has this in its name; may be repeated
  --ci          only what CI runs`;

/**
 * @typedef {object} Environment
 * @property {string} name
 * @property {boolean} [ci] whether CI runs it
 * @property {(context: import("./project.mjs").Given & { browser: import("playwright-core").Browser }) => Promise<void>} test
 */

await command(async () => {
  const { values } = parseArgs({
    options: { only: { type: "string", multiple: true, default: [] }, ci: { type: "boolean" } },
  });
  const chosen = [...bundlers, ...plugins, ...frameworks, ...pages, ...runtimes, ...edge].filter(
    ({ name, ci }) =>
      (!values.ci || ci) && (values.only.length === 0 || values.only.some((text) => name.includes(text))),
  );
  const folder = await mkdtemp(join(tmpdir(), "gowasp-ecosystem-"));
  const browser = await launchChromium();
  try {
    const given = await giveProgram(folder, await packMain(folder));
    return await runAll(chosen, { ...given, browser });
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}, usage);

/** @returns {Promise<number>} the exit code */
async function runAll(
  /** @type {Environment[]} */ environments,
  /** @type {Parameters<Environment["test"]>[0]} */ context,
) {
  let failed = 0;
  for (const { name, test } of environments) {
    const start = performance.now();
    const problem = await test(context).then(
      () => undefined,
      (error) => error,
    );
    console.log(`${problem ? "✗" : "✓"} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    if (!problem) continue;
    failed += 1;
    console.log(String(problem.message).replace(/^/gm, "    "));
  }
  console.log(`\n${environments.length - failed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}
