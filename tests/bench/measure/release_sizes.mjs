/**
 * What the optimizer makes of every test program on every Go release and system.
 */
import { readFileSync } from "node:fs";
import { cachedValue } from "../../harness/cache.mjs";
import { pool } from "../../harness/pool.mjs";
import { buildAll } from "../../harness/programs/build.mjs";
import { casesOf, readPrograms } from "../../harness/programs/catalog.mjs";
import { ALL_RELEASES, findToolchain } from "../../harness/toolchain.mjs";
import { compressedSizes } from "./compressed.mjs";
import { optimizedBriefly } from "./gowasp.mjs";

/** Compressions run in threads of their own, and there are thousands of seconds of them. */
const AT_A_TIME = 2;

/**
 * @typedef {object} ReleaseSize
 * @property {string} id of the case, such as `hello js go1.26.8 stripped`
 * @property {number} original bytes after brotli 11
 * @property {number} gowasp the same, optimized
 */

/**
 * Half an hour the first time; later only modules that have changed are compressed.
 *
 * @param {import("./gowasp.mjs").Optimizer} optimizer
 * @param {(line: string) => void} say
 * @returns {Promise<ReleaseSize[]>} in the order of releases, then names
 * @throws {Error} when a release cannot be had, or a program does not build
 */
export async function releaseSizes(optimizer, say) {
  const cases = [];
  for (const release of ALL_RELEASES) {
    const { toolchain, missing } = await findToolchain(release);
    if (missing) throw new Error(missing);
    cases.push(...casesOf(readPrograms(), toolchain));
  }
  const built = await buildAll(cases);
  let done = 0;
  return pool(cases, AT_A_TIME, async ({ id }) => {
    const { wasm, error } = built.get(id);
    if (error) throw new Error(`${id} does not build:\n${error}`);
    const sizes = await cachedValue("bench/release-sizes", [optimizer.hash, readFileSync(wasm)], async () => {
      const original = await compressedSizes(wasm);
      const gowasp = await optimizedBriefly(wasm, compressedSizes);
      return { original: original.brotli, gowasp: gowasp.brotli };
    });
    if (++done % 50 === 0) say(`${done} of ${cases.length} test programs`);
    return { id, ...sizes };
  });
}
