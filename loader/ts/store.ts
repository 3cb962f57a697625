import type { Job } from "./job.js";
import type { ModuleEntry } from "./manifest.js";

/**
 * The browser's Cache API as a store for decoded modules: a Response from there goes through the engine's streaming
 * compiler and its cache of compiled code, unlike one that JavaScript decoded. One cache per manifest, one module in it.
 *
 * Everything here may fail (no space, private mode, no such API): loading then goes on without.
 */
export class Store {
  readonly #name: string | undefined;
  readonly #cache: Promise<Cache | undefined>;

  /** Begins to look, so that the answer is there when the manifest is. */
  constructor(manifestUrl: string, job: Job) {
    const usable = job.options.cache !== false && "caches" in globalThis && /^https?:/.test(manifestUrl);
    // Without the query, so that `app.json?v=2` takes the place of `app.json?v=1`.
    this.#name = usable ? `gowasp ${manifestUrl.replace(/[?#].*/s, "")}` : undefined;
    this.#cache = this.#find().catch(() => undefined);
  }

  async #find(): Promise<Cache | undefined> {
    const name = this.#name;
    return name !== undefined && (await caches.has(name)) ? caches.open(name) : undefined;
  }

  /** The decoded module, if it was kept. */
  async match(entry: ModuleEntry): Promise<Response | undefined> {
    const cache = await this.#cache;
    return cache?.match(keyOf(entry)).catch(() => undefined);
  }

  /**
   * Keeps a copy of a response when its body ends without an error, in place of all others, in the background.
   *
   * @param response an unused one, of the decoded module
   */
  keep(entry: ModuleEntry, response: Response): void {
    if (this.#name === undefined) return;
    this.#replace(this.#name, entry, response.clone()).catch(() => {});
  }

  async #replace(name: string, entry: ModuleEntry, response: Response): Promise<void> {
    const cache = await caches.open(name);
    const key = keyOf(entry);
    await cache.put(key, response);
    const old = (await cache.keys()).filter((request) => request.url !== key);
    await Promise.all(old.map((request) => cache.delete(request)));
  }

  /** Drops what was kept: it is damaged, or the server has learned to negotiate encodings. */
  async clear(): Promise<void> {
    const kept = await this.#cache;
    if (kept && this.#name !== undefined) await caches.delete(this.#name).catch(() => false);
  }
}

/** Keys are addresses; this one changes with the content. */
function keyOf({ url, sha256 }: ModuleEntry): string {
  const key = new URL(url);
  key.hash = "";
  key.searchParams.set("gowasp-sha256", sha256);
  return key.href;
}
