// esbuild, packed by the built binary at a low quality: quick, and good enough for tests. Kept in the cache.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir, gowaspBinary, root } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";

/**
 * The folder with `app.json` and the files it names.
 *
 * @returns {Promise<string>}
 * @throws {import("../../scripts/process.mjs").CommandError} when packing fails
 */
export async function packedEsbuild() {
  const input = join(root, "node_modules/esbuild-wasm/esbuild.wasm");
  const store = join(cacheDir, "browser-tests");
  const hash = createHash("sha256");
  for (const file of [input, gowaspBinary]) hash.update(await readFile(file));
  const folder = join(store, hash.digest("hex").slice(0, 16));
  if (existsSync(folder)) return folder;

  const older = await readdir(store).catch(() => []);
  await Promise.all(older.map((name) => rm(join(store, name), { recursive: true, force: true })));
  const partial = `${folder}.${process.pid}`;
  await mkdir(partial, { recursive: true });
  await run(gowaspBinary, ["pack", input, "-o", partial, "--encodings", "br", "--brotli", "4", "--quiet"], {
    output: "capture",
  });
  await rename(partial, folder);
  return folder;
}
