// `node tests/bench/reload.mjs`: how long a page of Vite's development server takes from a `.go` file being saved to being
// there again, beyond `go build` itself.

import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { findProgram } from "../../npx/find-program.mjs";
import { launchChromium } from "../../scripts/chromium.mjs";
import { packMain } from "../../scripts/package/stage.mjs";
import { giveProgram, openProject } from "../ecosystem/project.mjs";
import { serveProject } from "../ecosystem/server.mjs";
import { command, wholeNumber } from "../harness/command.mjs";
import { median } from "./measure/statistics.mjs";

const usage = `Usage: node tests/bench/reload.mjs [--rounds N]

Saves a Go file N times (default 15) while a page of Vite's development server is open, and prints medians in milliseconds.`;

/** A page that tells when its scripts run, and when the program prints. */
const page = `import app from "./cmd/app?gowasp";
const times = { scripts: Date.now() };
const stdout = (chunk) => {
  globalThis.shown = { ...times, program: Date.now(), text: new TextDecoder().decode(chunk) };
};
app.load({ stdout });
`;

await command(async () => {
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "15" } } });
  const rounds = wholeNumber("rounds", values.rounds);
  const folder = await mkdtemp(join(tmpdir(), "gowasp-reload-"));
  const browser = await launchChromium();
  try {
    const given = await giveProgram(folder, await packMain(folder));
    const project = await openProject(given, "plugin-vite", "plugin");
    await writeFile(join(project, "page.js"), page);
    const env = { ...process.env, PATH: `${await timedGo(folder)}${delimiter}${process.env.PATH}` };
    const site = await serveProject(
      project,
      (port) => [join(project, "node_modules/vite/bin/vite.js"), "--port", port],
      env,
    );
    try {
      print(await measure(browser, site.url, project, folder, rounds));
    } finally {
      await site.close();
    }
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}, usage);

/** @typedef {{ build: number, scripts: number, program: number }} Round milliseconds; the last two from the save on */

async function measure(
  /** @type {import("playwright-core").Browser} */ browser,
  /** @type {string} */ url,
  /** @type {string} */ project,
  /** @type {string} */ folder,
  /** @type {number} */ rounds,
) {
  const tab = await browser.newPage();
  await tab.goto(url);
  await shown(tab, "Hello, gopher!\n");
  const file = join(project, "greeting/greeting.go");
  const source = await readFile(file, "utf8");
  /** @type {Round[]} */
  const measured = [];
  for (let round = 1; round <= rounds; round += 1) {
    const saved = Date.now();
    await writeFile(file, source.replace("Hello", `Hello ${round}`));
    const { scripts, program } = await shown(tab, `Hello ${round}, gopher!\n`);
    const [start = 0, end = 0] =
      (await readFile(join(folder, "builds"), "utf8")).trim().split("\n").at(-1)?.split(" ").map(Number) ?? [];
    measured.push({ build: (end - start) / 1e6, scripts: scripts - saved, program: program - saved });
    // Whoever edits takes longer than the server does to look at what is imported now.
    await tab.waitForTimeout(500);
  }
  return measured;
}

/** Waits for what the program prints in the page, which is replaced meanwhile. */
async function shown(/** @type {import("playwright-core").Page} */ tab, /** @type {string} */ text) {
  for (const end = Date.now() + 60_000; Date.now() < end; await tab.waitForTimeout(20)) {
    const found = await tab.evaluate(() => /** @type {any} */ (globalThis).shown).catch(() => undefined);
    if (found?.text === text) return found;
  }
  throw new Error(`the page never shows ${text}`);
}

/** A folder with a program `go` that notes when its builds begin and end, in nanoseconds. */
async function timedGo(/** @type {string} */ folder) {
  const go = findProgram(["go"]);
  const script = `#!/bin/sh
[ "$1" = build ] || exec ${go} "$@"
start=$(date +%s%N)
${go} "$@"
code=$?
echo "$start $(date +%s%N)" >> ${join(folder, "builds")}
exit $code
`;
  await writeFile(join(folder, "go"), script);
  await chmod(join(folder, "go"), 0o755);
  return folder;
}

function print(/** @type {Round[]} */ rounds) {
  const of = (/** @type {(round: Round) => number} */ value) => {
    const sorted = rounds.map(value).sort((a, b) => a - b);
    return `${Math.round(median(sorted))} (${Math.round(sorted[0] ?? 0)} to ${Math.round(sorted.at(-1) ?? 0)})`;
  };
  console.log(`${rounds.length} saves, medians and extremes in ms`);
  console.log(`go build                                     ${of(({ build }) => build)}`);
  console.log(`beyond it, to the page's scripts running     ${of(({ scripts, build }) => scripts - build)}`);
  console.log(`beyond it, to the program's first output     ${of(({ program, build }) => program - build)}`);
}
