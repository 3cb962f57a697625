import { addressOf } from "./address.js";
import { type Loaded, startApp } from "./app.js";
import { compileBytes, compileChunks } from "./compile.js";
import { GowaspError } from "./errors.js";
import { compileDecoded } from "./fallback.js";
import { compileLocal, readLocal } from "./files.js";
import { chunksOf, concat, fetchOk, looksLikeWasm, mimeType, notWasm, peek } from "./http.js";
import { Job } from "./job.js";
import { type Manifest, type ModuleEntry, parseManifest } from "./manifest.js";
import { compileNative, isSentRaw, warnOfType } from "./native.js";
import type { GoApp, LoadOptions, WorkerGoApp, WorkerLoadOptions } from "./options.js";
import { findPart, type PartSource } from "./parts.js";
import { Store } from "./store.js";
import { verified } from "./verify.js";

/** What `load()` takes. */
export type Source = string | URL | WebAssembly.Module;

/**
 * `load()` of one build of the loader.
 *
 * @param parts how that build gets what is needed at times only
 */
export async function loadWith(
  source: Source,
  options: LoadOptions | WorkerLoadOptions,
  parts: PartSource,
): Promise<GoApp | WorkerGoApp> {
  if (options.worker) return (await findPart("remote", options.use ?? [], parts)).load(source, options);
  const job = new Job(options, parts);
  return job.run(async () => {
    const loaded =
      source instanceof WebAssembly.Module
        ? ({ module: source, via: "module" } as const)
        : await fetchModule(source, job);
    return startApp(loaded, job);
  });
}

async function fetchModule(source: string | URL, job: Job): Promise<Loaded> {
  const url = addressOf(source, job.options.baseUrl).href;
  if (url.startsWith("file:")) return fromFile(url, job);
  const store = new Store(url, job);
  const response = await fetchOk(url, job);
  if (mimeType(response) === "application/wasm") {
    return { module: await compileNative({ response, url, via: "native" }, job), via: "native" };
  }
  const { head, all } = await peek(chunksOf(response, job));
  if (looksLikeWasm(head)) {
    warnOfType(response);
    const expected = { url, entry: undefined, hash: false, via: "native" } as const;
    return { module: await compileChunks(verified(all, expected, job), url), via: "native" };
  }
  const manifest = readManifest(await collect(all, url), response.url || url);
  return { ...(await fromManifest(manifest.module, store, job)), abi: manifest.abi, name: manifest.name };
}

async function fromManifest(entry: ModuleEntry, store: Store, job: Job): Promise<Loaded> {
  const kept = await fromStore(entry, store, job);
  if (kept) return kept;
  const { url } = entry;
  let response = await fetchOk(url, job);
  if (isSentRaw(response, entry)) {
    void response.body?.cancel();
    const decoded = await compileDecoded(entry, store, job);
    if (decoded) return decoded;
    response = await fetchOk(url, job);
  } else {
    void store.clear();
  }
  return { module: await compileNative({ response, url, entry, via: "native" }, job), via: "native" };
}

async function fromStore(entry: ModuleEntry, store: Store, job: Job): Promise<Loaded | undefined> {
  const response = await store.match(entry);
  if (!response) return undefined;
  try {
    return { module: await compileNative({ response, url: entry.url, entry, via: "cache" }, job), via: "cache" };
  } catch {
    job.check();
    await store.clear();
    return undefined;
  }
}

async function fromFile(url: string, job: Job): Promise<Loaded> {
  const bytes = await readLocal(url);
  if (looksLikeWasm(bytes)) return { module: await compileBytes(bytes, url), via: "file" };
  const { module, abi, name } = readManifest(bytes, url);
  return { module: await compileLocal(module, job), via: "file", abi, name };
}

/** Thousands of times what a manifest needs; a body that never ends must not fill the memory. */
const MAX_MANIFEST = 1 << 20;

async function collect(chunks: AsyncGenerator<Uint8Array>, url: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > MAX_MANIFEST) {
      throw new GowaspError(
        "too-large",
        `${url} is neither a WebAssembly module nor a manifest: it has more than 1 MiB`,
      );
    }
    parts.push(chunk);
  }
  return concat(parts);
}

function readManifest(bytes: Uint8Array, url: string): Manifest {
  if (/\.wasm([?#]|$)/.test(url)) throw notWasm(url, bytes);
  return parseManifest(new TextDecoder().decode(bytes), url);
}
