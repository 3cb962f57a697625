// Updates: the new module from what has changed since the version that the Cache API has.

import { GowaspError } from "../errors.js";
import type { Job } from "../job.js";
import { loadDecoder, unbrotli } from "./brotli.js";
import { compileChunks } from "./compile.js";
import { concat, fetchOk, shown } from "./http.js";
import type { Loaded } from "./loaded.js";
import { type DeltaEntry, deltasOf, type ModuleEntry } from "./manifest.js";
import { resumable } from "./resume.js";
import { earlierOf, type Store } from "./store.js";
import { promised, verified } from "./verify.js";

/** The beginning of a `dcb` file (RFC 9842, section 4); the SHA-256 of the dictionary follows. */
const MAGIC = "ff444342";
const HEADER = 36;

/**
 * Fetches the delta from the version that was kept, decodes and checks it, compiles it while it is decoded, and keeps the
 * new version.
 *
 * @returns nothing if there is no such delta, or whatever is wrong with it: then the whole module is to be loaded
 * @throws {GowaspError} `aborted`
 */
export async function compileDelta(entry: ModuleEntry, store: Store, job: Job): Promise<Loaded | undefined> {
  // Without the hash, a wrong delta would run.
  if (job.options.integrity === false) return undefined;
  try {
    const all = deltasOf(entry.deltas, store.manifest?.url ?? "", job.options.allowOrigins);
    const deltas = all.filter(({ size }) => size < entry.size);
    const hashes = deltas.map(({ from }) => from);
    const earlier = await earlierOf(store, hashes);
    const delta = deltas.find(({ from }) => from === earlier?.sha256);
    if (!earlier || !delta) return undefined;
    return { module: await follow(delta, earlier.response, entry, store, job), via: "delta" };
  } catch {
    job.check();
    return undefined;
  }
}

async function follow(
  delta: DeltaEntry,
  earlier: Response,
  entry: ModuleEntry,
  store: Store,
  job: Job,
): Promise<WebAssembly.Module> {
  const { url } = delta;
  const decoder = loadDecoder(job);
  // It is awaited later; until then its failure has no listener.
  decoder.catch(() => {});
  const download = job.branch();
  const { signal } = download;
  try {
    const [response, dictionary] = await Promise.all([fetchOk(url, job, { signal }), earlier.arrayBuffer()]);
    const body = streamIn(resumable(response, { ...delta, checked: true, signal }, job), delta);
    const decoded = unbrotli(body, url, entry.size, decoder, new Uint8Array(dictionary));
    const expected = { url, via: "delta", ...promised(entry, true) } as const;
    // The stream ends well only if the hash was right, and only then does the store keep it.
    const keep = (result: Response) => store.keep(entry, () => result.clone());
    return await compileChunks(verified(decoded, expected, job), url, keep);
  } finally {
    // More may follow, which nobody wants.
    download.abort();
  }
}

/** What follows the header, which must name the version that the delta is to be decoded with. */
async function* streamIn(chunks: AsyncGenerator<Uint8Array>, { from, url }: DeltaEntry): AsyncGenerator<Uint8Array> {
  let head = new Uint8Array();
  for await (const chunk of chunks) {
    if (head.length >= HEADER) {
      yield chunk;
      continue;
    }
    head = concat([head, chunk]);
    if (head.length < HEADER) continue;
    const header = Array.from(head.subarray(0, HEADER), (byte) => byte.toString(16).padStart(2, "0")).join("");
    if (header !== MAGIC + from) throw new GowaspError("decode", `${shown(url)} is no delta from ${from}`);
    yield head.subarray(HEADER);
  }
  if (head.length < HEADER) throw new GowaspError("truncated", `${shown(url)} ended after ${head.length} bytes`);
}
