// examples/turborepo: what has not changed comes from Turborepo's cache, with the same bytes.

import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gowaspBinary, root } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";
import { contents } from "./folders.mjs";

const folder = mkdtempSync(join(tmpdir(), "gowasp-turborepo-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const packages = ["hello", "clock"];
const env = { ...process.env, GOWASP_BINARY: gowaspBinary, TURBO_TELEMETRY_DISABLED: "1" };
const inFolder = (/** @type {string} */ command, /** @type {string[]} */ args) =>
  run(command, args, { cwd: folder, env, output: "capture" });

before(async () => {
  cpSync(join(root, "examples/turborepo"), folder, { recursive: true });
  // The package of this clone instead of the one that is published.
  for (const name of ["package.json", ...packages.map((name) => `packages/${name}/package.json`)]) {
    const text = readFileSync(join(folder, name), "utf8");
    writeFileSync(join(folder, name), text.replace('"gowasp": "0.1.0"', `"gowasp": "file:${root}"`));
  }
  await inFolder("npm", ["install", "--no-audit", "--no-fund"]);
});

/** Packs all, as `npm run pack` does. */
const pack = () => inFolder("npx", ["turbo", "run", "pack", "--output-logs=errors-only"]);
const packed = () =>
  Object.fromEntries(packages.map((name) => [name, contents(join(folder, "packages", name, "public"))]));

test("the second run takes everything from the cache", async () => {
  assert.match(await pack(), /Cached:\s+0 cached, 4 total/);
  const first = packed();
  assert.ok(packages.every((name) => "app.json" in first[name]));
  for (const name of packages) {
    for (const output of ["build", "public"]) rmSync(join(folder, "packages", name, output), { recursive: true });
  }
  assert.match(await pack(), /Cached:\s+4 cached, 4 total/);
  assert.deepEqual(packed(), first);
});

test("a change concerns its own package only", async () => {
  const before = packed();
  appendFileSync(join(folder, "packages/hello/main.go"), '\nfunc init() {\n\tprintln("changed")\n}\n');
  assert.match(await pack(), /Cached:\s+2 cached, 4 total/);
  const after = packed();
  assert.deepEqual(after.clock, before.clock);
  assert.notDeepEqual(after.hello, before.hello);
});
