/**
 * Compressed sizes, with the same encoders for whatever is compared.
 */
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { cachedValue } from "../../harness/cache.mjs";

/** The largest window that every browser's brotli decoder has, 16 MiB. */
const WINDOW_BITS = 24;

/**
 * @param {string} path
 * @returns {Promise<{gzip: number, brotli: number}>} bytes at the encoders' highest levels, gzip 9 and brotli 11
 */
export async function compressedSizes(path) {
  const bytes = readFileSync(path);
  return cachedValue("bench/compressed", [process.versions.zlib, process.versions.brotli, bytes], async () => {
    const small = await promisify(gzip)(bytes, { level: 9 });
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    };
    const smaller = await promisify(brotliCompress)(bytes, { params });
    return { gzip: small.length, brotli: smaller.length };
  });
}
