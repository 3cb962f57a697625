import { GowaspError, type GowaspErrorCode } from "../errors.js";
import { builtin, hasNodeModules } from "../host/node.js";
import type { Job } from "../job.js";
import init, { DecodeFailure, StreamDecoder, StreamHash } from "./bindings.js";
import { fetchOk, shown } from "./http.js";
import { placeOf } from "./places.js";
import { MAX_MODULE } from "./verify.js";

/** The codes of the Rust decoder in the loader's words. */
const CODES: Record<DecodeFailure["code"], GowaspErrorCode> = {
  corrupt: "decode",
  trailing: "decode",
  "too-small": "truncated",
  truncated: "truncated",
  "too-large": "too-large",
};

/**
 * Decodes brotli chunk by chunk with the package's own decoder.
 *
 * @param chunks the encoded file
 * @param url its address, for messages
 * @param size the decoded size, if it is known; never more is handed out
 * @param decoder from {@link loadDecoder}
 * @param dictionary what the file was made with, if it is a delta
 * @throws {GowaspError} `decode`, `truncated`, `too-large`
 */
export async function* unbrotli(
  chunks: AsyncGenerator<Uint8Array>,
  url: string,
  size: number | undefined,
  decoder: Promise<void>,
  dictionary?: Uint8Array,
): AsyncGenerator<Uint8Array> {
  await decoder;
  const stream = new StreamDecoder(size ?? MAX_MODULE, dictionary);
  try {
    for await (const chunk of chunks) {
      stream.push(chunk);
      for (let piece = stream.pull(); piece.length > 0; piece = stream.pull()) yield piece;
    }
    stream.finish();
  } catch (error) {
    if (!(error instanceof DecodeFailure)) throw error;
    const { code, message } = error;
    error.free();
    if (size === undefined && code === "too-small") return;
    throw new GowaspError(CODES[code], `${shown(url)}: ${message}; try again, or check what was uploaded`);
  } finally {
    stream.free();
  }
}

/** The package's own SHA-256. */
export async function newHash(job: Job): Promise<StreamHash> {
  await loadDecoder(job);
  return new StreamHash();
}

let loaded: Promise<void> | undefined;

/**
 * Loads the decoder, once for all apps; a failure is not remembered.
 *
 * @throws {GowaspError} `unavailable`
 */
export function loadDecoder(job: Job): Promise<void> {
  loaded ??= startDecoder(job).catch((cause: Error) => {
    loaded = undefined;
    throw new GowaspError(
      "unavailable",
      `the brotli decoder of this package could not be loaded: ${cause.message}; ` +
        "serve decoder_bg.wasm beside the bundle, or name its place with the option decoderUrl",
      { cause },
    );
  });
  return loaded;
}

async function startDecoder(job: Job): Promise<void> {
  const { decoderUrl } = job.options;
  const url = await placeOf("decoder_bg.wasm", decoderUrl, () => new URL("./decoder_bg.wasm", import.meta.url));
  // Only Deno's and Bun's fetch reads files. All callers share the answer, so the signal of one must not abort it.
  const source =
    hasNodeModules && url.protocol === "file:"
      ? await builtin("fs/promises").readFile(url)
      : await fetchOk(url.href, job, { signal: new AbortController().signal });
  await init({ module_or_path: source });
}
