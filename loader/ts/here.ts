// `load()` in the thread that calls it.

import { Job } from "./job.js";
import { part } from "./late/part.js";
import type { GoApp, LoadOptions } from "./options.js";
import { startApp } from "./program/app.js";
import { offers } from "./program/offer.js";
import { addressOf } from "./transport/address.js";
import { refuseUnchecked } from "./transport/entry.js";
import { fetchModule, moduleOfEntry, moduleOfResponse } from "./transport/fetch-module.js";
import type { Loaded } from "./transport/loaded.js";
import type { Known } from "./transport/source.js";
import { Store } from "./transport/store.js";

/**
 * Loads a program and runs it in this thread.
 *
 * @param source of any type
 * @param options have been checked
 * @param onStart called before Go is entered, when nothing but the program can fail any more
 */
export async function loadHere<Exports>(
  source: unknown,
  options: LoadOptions,
  onStart?: (loaded: Loaded) => void,
): Promise<GoApp<Exports>> {
  let loaded: Loaded;
  const job = new Job({ ...options }, () => onStart?.(loaded));
  return job.run(async () => {
    loaded = await loadedOf(await known(source), job);
    const { ready } = options;
    const waiting = ready === undefined ? undefined : await part("ready");
    const isReady = ready === undefined ? undefined : waiting?.readiness(job.options, ready);
    const explaining = options.symbolicate ? await part("symbolicate") : undefined;
    const app = await startApp(loaded, job);
    const { exited } = app;
    Object.assign(app, {
      ...offers(app, options, loaded),
      // A promise of its own again, which nothing in here listens to.
      exited: exited.finally(() => explaining?.explain(loaded, options, app.failure)),
    });
    if (isReady) await waiting?.untilReady(app as GoApp, exited, isReady, job);
    return app as GoApp<Exports>;
  });
}

/** What `preload()` has loaded and no `load()` has taken yet. */
const ahead = new Map<string, Promise<Loaded>>();

/** Loads and compiles, and keeps the result for the next `load()`. If it fails, that one starts over. */
export async function preloadHere(address: unknown, options: LoadOptions): Promise<void> {
  const job = new Job(options);
  await job.run(async () => {
    const source = await known(address);
    if (source.kind !== "address") throw (await part("refusal")).wrongAddress(undefined);
    const url = await addressOf(source.address, options.baseUrl);
    const loading = moduleAt(url, job);
    ahead.set(keyOf(url, options), loading);
    await loading;
  });
}

/** What the source is; nearly always an address. */
async function known(source: unknown): Promise<Known> {
  if (typeof source === "string" || source instanceof URL) return { kind: "address", address: source };
  if (source instanceof WebAssembly.Module) return { kind: "module", module: source };
  return (await part("source")).sourceOf(source);
}

/** The key, with the checks: a module that was checked less must not be used where more is demanded. */
function keyOf(url: string, { integrity }: LoadOptions): string {
  return `${integrity} ${url}`;
}

async function loadedOf(source: Known, job: Job): Promise<Loaded> {
  if (source.kind === "module") {
    await refuseUnchecked("a module that is compiled already", job, job.sri);
    return { module: source.module, via: "module" };
  }
  if (source.kind !== "address") {
    const base = await addressOf(job.options.baseUrl ?? "./");
    if (source.kind === "response") return moduleOfResponse(source.response, base, job);
    return moduleOfBytes(source.bytes, base, job);
  }
  const url = await addressOf(source.address, job.options.baseUrl);
  const key = keyOf(url, job.options);
  const earlier = ahead.get(key);
  if (earlier) {
    ahead.delete(key);
    const loaded = await earlier.catch(() => undefined);
    if (loaded) return loaded;
  }
  return moduleAt(url, job);
}

async function moduleAt(url: string, job: Job): Promise<Loaded> {
  // By hand: a page's policy may forbid to fetch it.
  if (url.startsWith("data:")) return moduleOfBytes((await part("fallback")).bytesOfData(url), "", job);
  if (url.startsWith("file:")) return (await part("files")).moduleOfFile(url, job);
  return fetchModule(url, job);
}

async function moduleOfBytes(bytes: Uint8Array, base: string, job: Job): Promise<Loaded> {
  const entry = await (await part("fallback")).entryOfBytes(bytes, base, job);
  // They have no address by which anything could be kept or fetched again.
  return moduleOfEntry(entry, "", new Store("", job), job);
}
