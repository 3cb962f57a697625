import { type Loaded, startApp } from "./app.js";
import { compileBytes, compileChunks } from "./compile.js";
import { GowaspError } from "./errors.js";
import { compileDecoded } from "./fallback.js";
import { compileLocal, readLocal } from "./files.js";
import { chunksOf, concat, fetchOk, looksLikeWasm, mimeType, notWasm, peek } from "./http.js";
import { Job } from "./job.js";
import { type Manifest, type ModuleEntry, parseManifest } from "./manifest.js";
import { compileNative, isSentRaw, warnOfType } from "./native.js";
import { isNode, nodeModule } from "./node.js";
import type { GoApp, LoadOptions, WorkerGoApp, WorkerLoadOptions } from "./options.js";
import { Store } from "./store.js";
import { verified } from "./verify.js";

type Source = string | URL | WebAssembly.Module;

/**
 * Loads a Go program and runs it.
 *
 * @param source address of a manifest that `gowasp pack` wrote, or of a `.wasm` file, in Node also a path; or a module
 *   that is compiled already
 * @returns when Go's `main` has run up to the first point where it waits, or to its end
 * @throws {GowaspError} with a stable `code`; nothing is left running
 */
export async function load(source: Source, options?: LoadOptions): Promise<GoApp>;
/**
 * The same in a web worker of its own, which keeps the page responsive. What the program exports cannot be called.
 *
 * @throws {GowaspError} with a stable `code`; no worker is left
 */
export async function load(source: Source, options: WorkerLoadOptions): Promise<WorkerGoApp>;
export async function load(
  source: Source,
  options: LoadOptions | WorkerLoadOptions = {},
): Promise<GoApp | WorkerGoApp> {
  if (options.worker) return (await import("./remote.js")).loadInWorker(source, options);
  const job = new Job(options);
  return job.run(async () => {
    const loaded =
      source instanceof WebAssembly.Module
        ? ({ module: source, via: "module" } as const)
        : await fetchModule(source, job);
    return startApp(loaded, job);
  });
}

async function fetchModule(source: string | URL, job: Job): Promise<Loaded> {
  const url = await absolute(source, job.options.baseUrl);
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

async function absolute(source: string | URL, base: string | URL | undefined): Promise<string> {
  // One letter and a colon is a drive on Windows.
  const isPath = isNode && base === undefined && !/^[a-z][a-z+.-]+:/i.test(String(source));
  if (isPath) return (await nodeModule("url")).pathToFileURL(String(source)).href;
  try {
    return new URL(source, base ?? globalThis.document?.baseURI ?? globalThis.location?.href).href;
  } catch (cause) {
    throw new GowaspError(
      "invalid-option",
      `"${source}" is no address${base === undefined ? "; a relative one needs the option baseUrl here" : ` relative to ${base}`}`,
      { cause },
    );
  }
}
