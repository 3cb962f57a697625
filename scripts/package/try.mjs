// Installs packed tarballs in an empty folder and packs a Go program with them: what a release does on each platform before it
// publishes. `node scripts/package/try.mjs MODULE FOLDER…`

import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run } from "../process.mjs";

const [wasm = "", ...folders] = process.argv.slice(2);
const tarballs = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".tgz"))
    .map((name) => resolve(folder, name)),
);
const project = mkdtempSync(join(tmpdir(), "gowasp-try-"));
try {
  writeFileSync(join(project, "package.json"), "{}\n");
  cpSync(wasm, join(project, "hello.wasm"));
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  // Packages of other platforms are not published yet; those that were packed are named one by one.
  const options = ["--omit=optional", "--no-audit", "--no-fund", "--ignore-scripts"];
  await run(npm, ["install", ...tarballs, ...options], { cwd: project });
  const launcher = join(project, "node_modules/gowasp/npx/gowasp.mjs");
  let said = "";
  const onLine = (/** @type {string} */ line) => {
    said += `${line}\n`;
  };
  const args = [launcher, "pack", "hello.wasm", "-o", "out", "-v"];
  await run(process.execPath, args, { cwd: project, output: "tee", onLine });
  if (!said.includes("native program: ")) throw new Error("another program than the package's has run");
} finally {
  rmSync(project, { recursive: true, force: true });
}
