// What the loader does with bytes that the browser does not decode or compile by itself. Loaded when it has to.

import { GowaspError } from "../errors.js";
import { TextEncoder } from "../host/text.js";
import type { Job } from "../job.js";
import type { Via } from "../options.js";
import { loadDecoder, newHash, unbrotli } from "./brotli.js";
import { compileChunks } from "./compile.js";
import { type Entry, manifestOf, readEntry } from "./entry.js";
import { chunksOf, fetchOk, looksLikeWasm, mayPass, mimeType, peek, shown, streamOf, wasmResponse } from "./http.js";
import type { Loaded } from "./loaded.js";
import type { FileEntry, Manifest, ModuleEntry } from "./manifest.js";
import { type Pin, pinOf } from "./pin.js";
import { resumable } from "./resume.js";
import type { ManifestFile, Store } from "./store.js";
import { promised, verified } from "./verify.js";

export { takeParts } from "../late/part.js";
export { compileDelta } from "./delta.js";
export const part = "fallback";

type Chunks = AsyncGenerator<Uint8Array>;
type Decode = (chunks: Chunks) => Chunks;

interface Format {
  via: Via;
  /** Starts what decoding needs, so that it loads in parallel with the file. */
  prepare: (job: Job) => Decode;
}

type Route = Format & { file: FileEntry };

/** Failures of one encoded file that another need not have: not deployed, or its decoder missing. */
const TRY_NEXT = new Set(["http-status", "unavailable"]);

/**
 * Fetches an encoded file of the module, decodes and checks it, compiles it while it is decoded, and keeps it in the
 * store. A broken download is resumed where it broke.
 *
 * @returns nothing if no encoded file is available, so that the module itself must be loaded after all
 * @throws {GowaspError} `network`, `truncated`, `too-large`, `decode`, `integrity`, `compile`, `csp`
 */
export async function compileDecoded(entry: ModuleEntry, store: Store, job: Job): Promise<Loaded | undefined> {
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

/**
 * Loads a module whose response broke off in the browser's compiler, which keeps nothing of it: by an encoded file,
 * because that is smaller and can be resumed, or else the module itself, resumed as well.
 *
 * @param entry what the manifest says about it, if there is one
 * @throws {GowaspError} as {@link compileDecoded}
 */
export async function recover(url: string, entry: ModuleEntry | undefined, store: Store, job: Job): Promise<Loaded> {
  const decoded = entry && (await compileDecoded(entry, store, job));
  if (decoded) return decoded;
  const { signal } = job;
  const checked = entry ? hashed(job) : job.sri !== undefined;
  const body = resumable(await fetchOk(url, job), { url, checked, signal }, job);
  if (!entry) return compileChosen(await readEntry(body, url, job), url, job);
  const expected = { url, via: "native", ...promised(entry, checked) } as const;
  return { module: await compileChunks(verified(body, expected, job), url), via: "native" };
}

/**
 * Compiles a module that has no manifest and does not come in the form that the browser's compiler wants.
 *
 * @param url where it came from
 * @throws {GowaspError} as {@link compileDecoded}
 */
export async function compileEntry(entry: Entry, url: string, store: Store, job: Job): Promise<Loaded> {
  try {
    return await compileChosen(entry, url, job);
  } catch (error) {
    job.check();
    if (!mayPass(error) || !job.retries || !url) throw error;
    return recover(url, undefined, store, job);
  }
}

async function compileChosen(entry: Entry, url: string, job: Job): Promise<Loaded> {
  if ("manifest" in entry) throw new GowaspError("not-wasm", `${shown(url)} was a module before, and is none now`);
  const { chunks, via } = entry;
  return { module: await compileChunks(verified(chunks, { url, via, pin: pinOf(job.sri) }, job), url), via };
}

/** What the bytes are that the caller passed. */
export async function entryOfBytes(bytes: Uint8Array, base: string, job: Job): Promise<Entry> {
  const chunks = (async function* () {
    yield bytes;
  })();
  const entry = await readEntry(chunks, base, job);
  return "chunks" in entry && entry.via === "native" ? { ...entry, via: "bytes" } : entry;
}

/**
 * Decodes a file of which nothing is known: gzip or zstd by its first bytes, otherwise brotli, which has no signature.
 *
 * @throws {GowaspError} `manifest-invalid` when no module comes of it
 */
export async function decodeUnknown(head: Uint8Array, chunks: Chunks, url: string, job: Job): Promise<Entry> {
  const { via, prepare } = formatOf(head, url);
  const neither = (cause?: unknown) =>
    new GowaspError(
      "manifest-invalid",
      `${shown(url)} is neither a manifest nor a WebAssembly module, compressed or not; was another file put there?`,
      { cause },
    );
  let decoded: Awaited<ReturnType<typeof peek>>;
  try {
    decoded = await peek(prepare(job)(chunks));
  } catch (error) {
    job.check();
    const { code } = error as GowaspError;
    throw (code === "decode" || code === "truncated") && !mayPass(error) ? neither(error) : error;
  }
  if (!looksLikeWasm(decoded.head)) throw neither();
  return { chunks: decoded.all, via };
}

/** How a module is had from the store. */
type FromStore = (entry: ModuleEntry, store: Store, job: Job) => Promise<Loaded | undefined>;

/** What was kept of an app whose manifest is not available, if it is complete and what the caller wants. */
export async function lastVersion(
  file: ManifestFile,
  store: Store,
  fromStore: FromStore,
  job: Job,
): Promise<Loaded | undefined> {
  const { text, url } = file;
  let manifest: Manifest;
  try {
    ({ manifest } = await manifestOf(new TextEncoder().encode(text), url, job));
  } catch {
    return undefined;
  }
  const { module, abi, name } = manifest;
  const loaded = await fromStore(module, store, job);
  if (loaded) console.warn(`gowasp: ${shown(url)} cannot be had; its last version runs, from the Cache API`);
  return loaded && { ...loaded, abi, name, file };
}

/** Keeps, in the background, what the browser decodes by itself, for a start without network. */
export function keepCopy(response: Response, entry: ModuleEntry, store: Store, job: Job): void {
  store.keep(entry, () => {
    const chunks = chunksOf(response.clone(), job);
    const checked = verified(chunks, { url: entry.url, ...promised(entry, true) }, job);
    return wasmResponse(streamOf(checked, () => {}));
  });
}

/**
 * The bytes of a `data:` address, by hand: a page's policy may forbid to fetch it.
 *
 * @throws {GowaspError} `invalid-option`
 */
export function bytesOfData(url: string): Uint8Array {
  const [, base64, data = ""] = /^data:[^,]*?(;base64)?,(.*)$/is.exec(url) ?? [];
  let binary: string;
  try {
    binary = base64 ? atob(decodeURIComponent(data).replace(/\s/g, "")) : unescapeBytes(data);
  } catch (cause) {
    throw new GowaspError("invalid-option", "the data: address is not base64", { cause });
  }
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function unescapeBytes(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/**
 * The package's own SHA-256, in lower-case hexadecimal digits.
 *
 * @throws {GowaspError} `unavailable` for others
 */
export async function sha256(chunks: Uint8Array[], algorithm: Pin["algorithm"], job: Job): Promise<string> {
  if (algorithm !== "SHA-256") {
    throw new GowaspError("unavailable", `${algorithm} needs a page with TLS; give the sha256 in the option integrity`);
  }
  const hash = await newHash(job);
  try {
    for (const chunk of chunks) hash.update(chunk);
    return hash.hex();
  } finally {
    hash.free();
  }
}

async function follow(route: Route, entry: ModuleEntry, store: Store, job: Job): Promise<WebAssembly.Module> {
  const { file, via } = route;
  const decode = route.prepare(job);
  const download = job.branch();
  const { signal } = download;
  const checked = hashed(job);
  try {
    const response = await fetchOk(file.url, job, { signal });
    if (mimeType(response) === "text/html") throw notThere(file.url);
    const body = resumable(response, { ...file, checked, signal }, job);
    const expected = { url: file.url, via, ...promised(entry, checked) };
    // The stream ends well only if the hash was right, and only then does the store keep it.
    const keep = checked ? (result: Response) => store.keep(entry, () => result.clone()) : undefined;
    return await compileChunks(verified(unlessDecoded(body, decode), expected, job), file.url, keep);
  } finally {
    // More may follow, which nobody wants.
    download.abort();
  }
}

/** Whether the hash of bytes that the loader has itself is checked. */
function hashed(job: Job): boolean {
  return job.options.integrity !== false;
}

function notThere(url: string): GowaspError {
  return new GowaspError(
    "http-status",
    `${shown(url)} was answered with an HTML page, as files that are not there are`,
  );
}

function routesOf(entry: ModuleEntry): Route[] {
  const { br, zstd, gzip } = entry.encodings;
  const routes: Route[] = [];
  if (br) routes.push({ file: br, ...(byStream("brotli", br.url) ?? byDecoder(br.url, entry.size)) });
  for (const [format, file] of [["zstd", zstd] as const, ["gzip", gzip] as const]) {
    const known = file && byStream(format, file.url);
    if (known) routes.push({ file, ...known });
  }
  return routes;
}

function formatOf(head: Uint8Array, url: string): Format {
  const begins = (...magic: number[]) => magic.every((byte, at) => head[at] === byte);
  const name = begins(0x1f, 0x8b) ? "gzip" : begins(0x28, 0xb5, 0x2f, 0xfd) ? "zstd" : undefined;
  if (!name) return byStream("brotli", url) ?? byDecoder(url);
  const format = byStream(name, url);
  if (!format) throw new GowaspError("unavailable", `${shown(url)} is ${name}, which is not decoded here; use brotli`);
  return format;
}

function byDecoder(url: string, size?: number): Format {
  return {
    via: "decoder",
    prepare(job) {
      const decoder = loadDecoder(job);
      // It is awaited when the file's first chunk is there; until then its failure has no listener.
      decoder.catch(() => {});
      return (chunks) => unbrotli(chunks, url, size, decoder);
    },
  };
}

function byStream(format: string, url: string): Format | undefined {
  try {
    // The only way to learn whether the host knows the format. TypeScript's list of formats is older than browsers'.
    const stream = new DecompressionStream(format as CompressionFormat);
    return { via: "decompression-stream", prepare: () => (chunks) => decompress(chunks, url, stream) };
  } catch {
    return undefined;
  }
}

async function* decompress(chunks: Chunks, url: string, stream: DecompressionStream): Chunks {
  let failure: unknown;
  const source = streamOf(chunks, (error) => {
    failure ??= error;
  });
  const reader = source.pipeThrough(stream).getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } catch (cause) {
    if (failure) throw failure;
    const { message } = cause as Error;
    throw new GowaspError("decode", `${shown(url)} is damaged: ${message}; try again, or check what was uploaded`, {
      cause,
    });
  } finally {
    void reader.cancel().catch(() => {});
  }
}

/** Some servers send a `.br` file with its `Content-Encoding`, and what arrives is decoded already: this finds out. */
async function* unlessDecoded(chunks: Chunks, decode: Decode): Chunks {
  const { head, all } = await peek(chunks);
  yield* looksLikeWasm(head) ? all : decode(all);
}
