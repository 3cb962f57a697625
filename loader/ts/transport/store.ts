import type { Job } from "../job.js";
import type { ModuleEntry } from "./manifest.js";

/** A manifest as it came. */
export interface ManifestFile {
  text: string;
  /** Where it came from in the end, which the addresses in it are relative to. */
  url: string;
}

/**
 * The browser's Cache API as a store for decoded modules: a response from there goes through the engine's streaming
 * compiler and its cache of compiled code, unlike one that JavaScript decoded. There is one cache per manifest, with
 * the manifest, for times without network, and one module. Nothing is kept unless its hash was right.
 *
 * Everything here may fail (no space, private mode, no such API): then loading continues without it.
 */
export class Store {
  /** The manifest that the module belongs to, once it is known. */
  manifest: ManifestFile | undefined;
  readonly #name: string | undefined;
  readonly #key: string;
  /** What there is of earlier visits. */
  readonly cache: Promise<Cache | undefined>;

  /** Starts to look, so that the answer is there when the manifest is. */
  constructor(manifestUrl: string, job: Job) {
    const usable = job.options.cache !== false && "caches" in globalThis && /^https?:/.test(manifestUrl);
    // Without the query, so that `app.json?v=2` takes the place of `app.json?v=1`.
    this.#key = manifestUrl.replace(/[?#].*/s, "");
    this.#name = usable ? `gowasp ${this.#key}` : undefined;
    this.cache = this.#find().catch(() => undefined);
  }

  async #find(): Promise<Cache | undefined> {
    const name = this.#name;
    return name !== undefined && (await caches.has(name)) ? caches.open(name) : undefined;
  }

  /** The decoded module, if it was kept. */
  async match(entry: ModuleEntry): Promise<Response | undefined> {
    const cache = await this.cache;
    return cache?.match(keyOf(entry)).catch(() => undefined);
  }

  /** The manifest of the module that was kept. */
  async lastManifest(): Promise<ManifestFile | undefined> {
    const cache = await this.cache;
    const response = await cache?.match(this.#key).catch(() => undefined);
    return response?.json();
  }

  /**
   * Keeps a response, in the background and in place of all others, when its body ends without an error.
   *
   * @param response makes an unused one, of the decoded module; its body must fail if the hash is wrong
   */
  keep(entry: ModuleEntry, response: () => Response): void {
    if (this.#name === undefined) return;
    this.#replace(this.#name, entry, response()).catch(() => {});
  }

  async #replace(name: string, entry: ModuleEntry, response: Response): Promise<void> {
    const cache = await caches.open(name);
    const key = keyOf(entry);
    await cache.put(key, response);
    await cache.put(this.#key, new Response(JSON.stringify(this.manifest)));
    const old = (await cache.keys()).filter(({ url }) => url !== key && url !== this.#key);
    await Promise.all(old.map((request) => cache.delete(request)));
  }

  /** Drops what was kept: it is damaged, or the server has begun to negotiate encodings. */
  async clear(): Promise<void> {
    const kept = await this.cache;
    if (kept && this.#name !== undefined) await caches.delete(this.#name).catch(() => false);
  }
}

/** The module of another version that was kept, if its hash is among these, in hexadecimal digits. */
export async function earlierOf(
  { cache: found }: Store,
  hashes: readonly string[],
): Promise<{ sha256: string; response: Response } | undefined> {
  const cache = await found;
  for (const { url } of (await cache?.keys()) ?? []) {
    const sha256 = new URL(url).searchParams.get(HASH);
    const response = sha256 !== null && hashes.includes(sha256) && (await cache?.match(url));
    if (response) return { sha256, response };
  }
  return undefined;
}

/** The parameter of keys that has the module's hash. */
const HASH = "gowasp-sha256";

/** Keys are addresses; this one changes with the content. */
function keyOf({ url, sha256 }: ModuleEntry): string {
  const key = new URL(url);
  key.hash = "";
  key.searchParams.set(HASH, sha256);
  return key.href;
}
