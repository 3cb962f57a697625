import { GowaspError } from "./errors.js";
import { concat, looksLikeWasm, notWasm, peek } from "./http.js";
import type { Job } from "./job.js";
import type { FileEntry } from "./manifest.js";
import type { Via } from "./options.js";

/** What decoded bytes are held against. */
export interface Expected {
  /** The address for messages. */
  url: string;
  /** The manifest's entry; without one only the form is checked. */
  entry: FileEntry | undefined;
  /** Whether the SHA-256 is checked, too. */
  hash: boolean;
  /** How the bytes come, for progress. */
  via: Via;
}

/**
 * Passes decoded bytes on and checks them: whoever reads to the end without an error has had the module that the
 * manifest means. A compiler or a cache that is given these bytes as a stream cannot succeed otherwise.
 *
 * @throws {GowaspError} `not-wasm`, `too-large`, `truncated`, `integrity`
 */
export async function* verified(
  chunks: AsyncGenerator<Uint8Array>,
  { url, entry, hash, via }: Expected,
  job: Job,
): AsyncGenerator<Uint8Array> {
  const total = entry?.size;
  const digest = hash && entry ? sha256(job) : undefined;
  let loaded = 0;
  const { head, all } = await peek(chunks);
  if (head.length >= 4 && !looksLikeWasm(head)) throw notWasm(url, head);
  for await (const chunk of all) {
    loaded += chunk.length;
    if (total !== undefined && loaded > total) throw tooLarge(url, total);
    digest?.update(chunk);
    job.progress({ phase: "download", loaded, total, via });
    yield chunk;
  }
  if (loaded < (total ?? 8)) throw truncated(url, loaded, total);
  if (digest && entry) {
    const got = await digest.hex();
    if (got !== entry.sha256) throw mismatch(url, entry.sha256, got);
  }
  job.progress({ phase: "compile", loaded, total, via });
}

/** Reads to the end and keeps nothing. */
export async function drain(chunks: AsyncGenerator<Uint8Array>): Promise<void> {
  for await (const _ of chunks);
}

interface Digest {
  update(chunk: Uint8Array): void;
  hex(): Promise<string>;
}

/**
 * SHA-256 by the browser, off the main thread, which takes all bytes at once; where the page has no TLS there is none
 * (`crypto.subtle` exists in secure contexts only) and the package's own is loaded.
 */
function sha256(job: Job): Digest {
  const chunks: Uint8Array[] = [];
  return {
    update: (chunk) => chunks.push(chunk),
    async hex() {
      if (globalThis.crypto?.subtle) {
        const digest = await crypto.subtle.digest("SHA-256", concat(chunks));
        return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
      }
      const hash = (await job.decoder()).newHash();
      try {
        for (const chunk of chunks) hash.update(chunk);
        return hash.hex();
      } finally {
        hash.free();
      }
    },
  };
}

function tooLarge(url: string, total: number): GowaspError {
  return new GowaspError(
    "too-large",
    `${url} holds more than the ${total} bytes its manifest names; reading stopped there. Deploy manifest and module together`,
  );
}

function truncated(url: string, loaded: number, total: number | undefined): GowaspError {
  return new GowaspError(
    "truncated",
    `${url} ended after ${loaded}${total === undefined ? "" : ` of ${total}`} bytes; try again, or check what was uploaded`,
  );
}

function mismatch(url: string, want: string, got: string): GowaspError {
  return new GowaspError(
    "integrity",
    `${url} has the SHA-256 ${got}, its manifest says ${want}; it was not run. Deploy manifest and module together`,
  );
}
