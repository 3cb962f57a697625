import { GowaspError } from "../errors.js";
import { TextDecoder } from "../host/text.js";
import type { Job } from "../job.js";
import { part } from "../late/part.js";
import type { Via } from "../options.js";
import { concat, looksLikeWasm, notWasm, peek, shown } from "./http.js";
import { type Manifest, parseManifest } from "./manifest.js";
import type { ManifestFile } from "./store.js";

/** What is at the given address: a manifest, or a module without one, whose bytes follow. */
export type Entry = { manifest: Manifest; file: ManifestFile } | { chunks: AsyncGenerator<Uint8Array>; via: Via };

/**
 * Finds out by the first bytes what is there: a module, a compressed one, or a manifest.
 *
 * @param url where the bytes come from in the end
 * @throws {GowaspError} what `chunks` throws; `manifest-invalid`, `manifest-version`, `not-wasm`, `too-large`,
 *   `decode`, `integrity`; `invalid-option` when there is nothing to check them against that should be checked
 */
export async function readEntry(chunks: AsyncGenerator<Uint8Array>, url: string, job: Job): Promise<Entry> {
  const { head, all } = await peek(chunks);
  if (looksLikeWasm(head)) {
    await refuseUnchecked(shown(url), job);
    return { chunks: all, via: "native" };
  }
  if (isText(head)) return readManifest(all, url, job);
  const decoded = await (await part("fallback")).decodeUnknown(head, all, url, job);
  await refuseUnchecked(shown(url), job);
  return decoded;
}

/**
 * Checks a manifest against the caller's hash, and reads it.
 *
 * @throws {GowaspError} `integrity`, `manifest-invalid`, `manifest-version`, `invalid-option`
 */
export async function manifestOf(bytes: Uint8Array, url: string, job: Job): Promise<Entry & { manifest: Manifest }> {
  if (url === "") {
    throw new GowaspError("invalid-option", "a manifest without an address needs the option baseUrl for those in it");
  }
  if (job.sri) await (await part("verify")).checkSri([bytes], job.sri, url, job);
  const text = new TextDecoder().decode(bytes);
  return { manifest: await parseManifest(text, url, job.options.allowOrigins), file: { text, url } };
}

/**
 * To be called if there is no manifest.
 *
 * @param unused a hash, as in the option `integrity`, that cannot be used either
 * @throws {GowaspError} `invalid-option` when a check was asked for that cannot be made
 */
export async function refuseUnchecked(what: string, job: Job, unused?: string): Promise<void> {
  if (job.options.integrity === true || unused) throw (await part("refusal")).uncheckable(what);
}

/** Thousands of times what a manifest needs. A body without end must not fill the memory. */
const MAX_MANIFEST = 1 << 20;

async function readManifest(chunks: AsyncGenerator<Uint8Array>, url: string, job: Job): Promise<Entry> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    job.check();
    size += chunk.length;
    if (size > MAX_MANIFEST) {
      throw new GowaspError(
        "too-large",
        `${shown(url)} is neither a WebAssembly module nor a manifest: it has more than 1 MiB`,
      );
    }
    parts.push(chunk);
  }
  const bytes = concat(parts);
  if (/\.wasm([?#]|$)/.test(url)) throw notWasm(url, bytes);
  return manifestOf(bytes, url, job);
}

/**
 * JSON or HTML: an object, a tag, white space, or a byte order mark. No brotli stream of any length begins with one of
 * the first three bytes or the mark (RFC 7932, section 9.1 and 9.2: they are no headers, or end the stream).
 */
function isText([first]: Uint8Array): boolean {
  return first === undefined || [0x7b, 0x3c, 0xef, 0x20, 0x09, 0x0a, 0x0d].includes(first);
}
