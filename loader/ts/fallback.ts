import { compileChunks } from "./compile.js";
import { GowaspError } from "./errors.js";
import { chunksOf, fetchOk, looksLikeWasm, mimeType, peek, streamOf } from "./http.js";
import type { Job } from "./job.js";
import type { FileEntry, ModuleEntry } from "./manifest.js";
import type { Via } from "./options.js";
import type { Store } from "./store.js";
import { verified } from "./verify.js";

type Decode = (chunks: AsyncGenerator<Uint8Array>) => AsyncGenerator<Uint8Array>;

interface Route {
  file: FileEntry;
  via: Via;
  /** Begins what decoding needs, so that it loads beside the file. */
  prepare: (job: Job) => Decode;
}

/** Failures of one encoded file that another may not have: not deployed, or its decoder missing. */
const TRY_NEXT = new Set(["http-status", "unavailable"]);

/**
 * Fetches an encoded file of the module, decodes and checks it, compiles it as it is decoded and keeps it in the
 * store.
 *
 * @returns nothing when no encoded file could be had, so that the module itself must be loaded after all
 * @throws {GowaspError} `network`, `truncated`, `too-large`, `decode`, `integrity`, `compile`, `csp`
 */
export async function compileDecoded(
  entry: ModuleEntry,
  store: Store,
  job: Job,
): Promise<{ module: WebAssembly.Module; via: Via } | undefined> {
  for (const route of routesOf(entry)) {
    try {
      return { module: await follow(route, entry, store, job), via: route.via };
    } catch (error) {
      job.check();
      if (!(error instanceof GowaspError && TRY_NEXT.has(error.code))) throw error;
      console.warn(`gowasp: ${error.message}`);
    }
  }
  return undefined;
}

async function follow(route: Route, entry: ModuleEntry, store: Store, job: Job): Promise<WebAssembly.Module> {
  const { file, via } = route;
  const decode = route.prepare(job);
  const download = job.branch();
  try {
    const response = await fetchOk(file.url, job, download.signal);
    if (mimeType(response) === "text/html") throw notThere(file.url);
    const decoded = unlessDecoded(chunksOf(response, job), decode);
    const expected = { url: file.url, entry, hash: job.options.integrity !== false, via };
    // The stream ends well only if the hash was right, and only then does the store keep it.
    return await compileChunks(verified(decoded, expected, job), file.url, (result) => store.keep(entry, result));
  } finally {
    // There may be more to come, which nobody wants.
    download.abort();
  }
}

function notThere(url: string): GowaspError {
  return new GowaspError("http-status", `${url} was answered with an HTML page, as files that are not there are`);
}

function routesOf(entry: ModuleEntry): Route[] {
  const { br, zstd, gzip } = entry.encodings;
  const routes: Route[] = [];
  if (br) routes.push(byStream(br, "brotli") ?? byDecoder(br, entry.size));
  for (const route of [zstd && byStream(zstd, "zstd"), gzip && byStream(gzip, "gzip")]) if (route) routes.push(route);
  return routes;
}

function byDecoder(file: FileEntry, size: number): Route {
  return {
    file,
    via: "decoder",
    prepare(job) {
      const decoder = job.decoder();
      // It is awaited when the file's first chunk is wanted; until then its failure has no listener.
      decoder.catch(() => {});
      return async function* (chunks) {
        yield* (await decoder).unbrotli(chunks, file.url, size);
      };
    },
  };
}

function byStream(file: FileEntry, format: string): Route | undefined {
  try {
    // The only way to learn whether the host knows the format. TypeScript's list of formats is older than browsers'.
    const stream = new DecompressionStream(format as CompressionFormat);
    return {
      file,
      via: "decompression-stream",
      prepare: () => (chunks) => decompress(chunks, file.url, stream),
    };
  } catch {
    return undefined;
  }
}

async function* decompress(
  chunks: AsyncGenerator<Uint8Array>,
  url: string,
  stream: DecompressionStream,
): AsyncGenerator<Uint8Array> {
  let failure: unknown;
  const source = streamOf(chunks, (error) => {
    failure ??= error;
  });
  const reader = source.pipeThrough(stream).getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } catch (cause) {
    if (failure) throw failure;
    const message = (cause as Error).message;
    throw new GowaspError("decode", `${url} is damaged: ${message}; try again, or check what was uploaded`, { cause });
  } finally {
    void reader.cancel().catch(() => {});
  }
}

/** Some servers send a `.br` file with its `Content-Encoding`, and what arrives is decoded: see what it is. */
async function* unlessDecoded(chunks: AsyncGenerator<Uint8Array>, decode: Decode): AsyncGenerator<Uint8Array> {
  const { head, all } = await peek(chunks);
  yield* looksLikeWasm(head) ? all : decode(all);
}
