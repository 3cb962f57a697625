// esbuild, packed by the built binary at a low quality: quick, and good enough for tests. Kept in the cache.

import { readFileSync } from "node:fs";
import { writeUpdate } from "../../../scripts/demo/update.mjs";
import { gowaspBinary } from "../../../scripts/paths.mjs";
import { run } from "../../../scripts/process.mjs";
import { cachedFolder } from "../cache.mjs";
import { inputPath } from "../inputs.mjs";

/**
 * The folder with `app.json` and the files it names.
 *
 * @returns {Promise<string>}
 * @throws {import("../../../scripts/process.mjs").CommandError} when packing fails
 */
export function packedEsbuild() {
  const input = inputPath("esbuild");
  return cachedFolder(
    "browser-tests",
    [input, gowaspBinary].map((file) => readFileSync(file)),
    async (folder) => {
      const args = ["pack", input, "-o", folder, "--encodings", "br", "--brotli", "4", "--quiet"];
      await run(gowaspBinary, args, { output: "capture" });
    },
  );
}

/**
 * A folder with an edited esbuild and the delta to it, as the demo has one.
 *
 * @returns {Promise<string>}
 * @throws {import("../../../scripts/process.mjs").CommandError} when packing fails
 */
export async function packedUpdate() {
  const app = await packedEsbuild();
  const input = readFileSync(inputPath("esbuild"));
  return cachedFolder("browser-tests-update", [input, readFileSync(gowaspBinary)], (folder) =>
    writeUpdate(app, input, gowaspBinary, folder),
  );
}
