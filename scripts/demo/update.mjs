// The update that the page shows: the program before an edit, and after it with the delta.

import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../process.mjs";

/** The manifest of the version before the edit, beside `app.json` of the one after it. */
export const beforeManifest = "before.json";

/** What esbuild prints with `--version`, before and after the edit. */
export const versions = { before: "0.28.2", after: "0.28.9" };

/**
 * esbuild with another version in its texts. The new one has the same length, so that nothing else changes: an edit for which
 * nobody needs Go.
 *
 * @param {Buffer} wasm
 * @returns {Buffer}
 */
export function edit(wasm) {
  const edited = Buffer.from(wasm);
  const { before, after } = versions;
  for (let at = edited.indexOf(before); at >= 0; at = edited.indexOf(before, at)) edited.write(after, at);
  return edited;
}

/**
 * Writes a folder with both versions, as a host has it after the update.
 *
 * @param {string} app folder that `gowasp pack` wrote for the version before the edit
 * @param {Buffer} wasm its input
 * @param {string} binary the native program
 * @param {string} folder
 * @throws {import("../process.mjs").CommandError} when `gowasp pack` fails
 */
export async function writeUpdate(app, wasm, binary, folder) {
  await mkdir(folder, { recursive: true });
  const input = join(folder, "esbuild.wasm");
  await writeFile(input, edit(wasm));
  // Brotli 9 for whole file and delta alike: the best takes half a minute for each.
  const options = ["--encodings", "br", "--brotli", "9", "--quiet"];
  await run(binary, ["pack", input, "-o", folder, "--previous", app, ...options], { output: "capture" });
  await rm(input);
  const before = join(app, "app.json");
  const { module } = JSON.parse(await readFile(before, "utf8"));
  await Promise.all([
    copyFile(before, join(folder, beforeManifest)),
    ...[module.url, module.encodings.br.url].map((name) => copyFile(join(app, name), join(folder, name))),
  ]);
}
