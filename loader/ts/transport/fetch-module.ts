import type { Job } from "../job.js";
import { part } from "../late/part.js";
import { type Entry, readEntry, refuseUnchecked } from "./entry.js";
import { chunksOf, fetchOk, mayPass, mimeType, notOk, shown } from "./http.js";
import type { Loaded } from "./loaded.js";
import type { ModuleEntry } from "./manifest.js";
import { compileNative, isSentRaw, warnOfType } from "./native.js";
import { Store } from "./store.js";

/**
 * Fetches and compiles what lies at an address, a manifest or a module.
 *
 * @throws {GowaspError} of any code that is not about options or running
 */
export async function fetchModule(url: string, job: Job): Promise<Loaded> {
  // A kept version is available: no need to try often.
  const retries = async () => ((await store.lastManifest()) ? 0 : job.retries);
  const answer = fetchOk(url, job, { retries });
  // It is going to be needed, and loads in parallel with the manifest. Whatever needs it gets its failure.
  if (job.options.integrity || job.wantsProgress) part("verify").catch(() => {});
  // After the request: looking for what was kept takes the browser a while, too.
  const store = new Store(url, job);
  try {
    return await moduleAt(await answer, url, store, job);
  } catch (error) {
    job.check();
    const last = mayPass(error) && (await store.lastManifest());
    const kept = last && (await (await part("fallback")).lastVersion(last, store, fromStore, job));
    if (!kept) throw error;
    return kept;
  }
}

/** The same for a response that the caller has; `base` is where it came from if the response does not say. */
export async function moduleOfResponse(response: Response, base: string, job: Job): Promise<Loaded> {
  const { url, status } = response;
  if (status !== 200) throw notOk(status, url);
  return moduleAt(response, url || base, new Store(url, job), job);
}

async function moduleAt(response: Response, asked: string, store: Store, job: Job): Promise<Loaded> {
  const url = response.url || asked;
  if (mimeType(response) === "application/wasm") {
    await refuseUnchecked(shown(url), job);
    return compileResponse({ response, url }, store, job);
  }
  const entry = await readEntry(chunksOf(response, job), url, job);
  if ("chunks" in entry && entry.via === "native") warnOfType(response);
  return moduleOfEntry(entry, response.url, store, job);
}

/** Compiles what turned out to be a manifest or a module. */
export async function moduleOfEntry(entry: Entry, url: string, store: Store, job: Job): Promise<Loaded> {
  if ("chunks" in entry) return (await part("fallback")).compileEntry(entry, url, store, job);
  const { module, abi, name } = entry.manifest;
  store.manifest = entry.file;
  return {
    ...((await fromStore(module, store, job)) ??
      (await fromEarlier(module, store, job)) ??
      (await fromNetwork(module, store, job))),
    abi,
    name,
    file: entry.file,
  };
}

/** By what has changed since the version that was kept, if there is one. */
async function fromEarlier(entry: ModuleEntry, store: Store, job: Job): Promise<Loaded | undefined> {
  if (!entry.deltas || !(await store.cache)) return undefined;
  return (await part("fallback").catch(() => undefined))?.compileDelta(entry, store, job);
}

async function fromNetwork(entry: ModuleEntry, store: Store, job: Job): Promise<Loaded> {
  const { url } = entry;
  if (url.startsWith("file:")) return (await part("files")).moduleOfFiles(entry, job);
  const request = job.branch();
  const ask = { signal: request.signal };
  let response = await fetchOk(url, job, ask);
  if (isSentRaw(response, entry)) {
    void response.body?.cancel();
    const fallback = await part("fallback").catch((error: Error) => console.warn(`gowasp: ${error.message}`));
    const decoded = await fallback?.compileDecoded(entry, store, job);
    if (decoded) return decoded;
    response = await fetchOk(url, job, ask);
  } else if (job.options.cache === "offline") {
    (await part("fallback")).keepCopy(response, entry, store, job);
  } else {
    void store.clear();
  }
  return compileResponse({ response, url, entry, stop: () => request.abort() }, store, job);
}

interface Answered {
  response: Response;
  url: string;
  entry?: ModuleEntry;
  /** Ends what is left of the request. */
  stop?: () => void;
}

/** Compiles a response; if its connection breaks, continues with a file that can be resumed. */
async function compileResponse({ response, url, entry, stop }: Answered, store: Store, job: Job): Promise<Loaded> {
  try {
    return { module: await compileNative({ response, url, entry, via: "native" }, job), via: "native" };
  } catch (error) {
    job.check();
    stop?.();
    if (!mayPass(error) || !job.retries || !response.url) throw error;
    // Its file may be unreachable for the same reason.
    const fallback = await part("fallback").catch(() => undefined);
    if (!fallback) throw error;
    return fallback.recover(url, entry, store, job);
  }
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
