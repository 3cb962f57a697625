// examples/vite: a page in TypeScript that imports a Go package.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launchChromium } from "../../scripts/chromium.mjs";
import { gowaspBinary, root } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";
import { serveFolders } from "../ecosystem/server.mjs";

const folder = mkdtempSync(join(tmpdir(), "gowasp-vite-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const npm = (/** @type {string[]} */ ...args) =>
  run("npm", args, { cwd: folder, env: { ...process.env, GOWASP_BINARY: gowaspBinary }, output: "capture" });

before(async () => {
  cpSync(join(root, "examples/vite"), folder, { recursive: true });
  // The package of this clone instead of the one that is published.
  const text = readFileSync(join(folder, "package.json"), "utf8");
  writeFileSync(join(folder, "package.json"), text.replace('"gowasp": "0.1.0"', `"gowasp": "file:${root}"`));
  await npm("install", "--no-audit", "--no-fund");
});

test("builds, with types that are right, and runs", async () => {
  const declared = readFileSync(join(folder, "gowasp-env.d.ts"), "utf8");
  await npm("run", "build");
  assert.equal(
    readFileSync(join(folder, "gowasp-env.d.ts"), "utf8"),
    declared,
    "the file in the example is the one written",
  );
  const browser = await launchChromium();
  const site = await serveFolders([join(folder, "dist")]);
  try {
    const page = await browser.newPage();
    await page.goto(site.url);
    await page.getByText("40 + 2 = 42").waitFor();
  } finally {
    await site.close();
    await browser.close();
  }
});
