import type * as Decoder from "./decoder.js";
import { GowaspError, type GowaspErrorCode } from "./errors.js";
import type { Job } from "./job.js";
import { isNode, nodeModule } from "./node.js";

/** The codes of the Rust decoder in the loader's words. */
const CODES: Record<Decoder.DecodeFailure["code"], GowaspErrorCode> = {
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
 * @param size the decoded size; never more is handed out
 * @param decoder from {@link loadDecoder}
 * @throws {GowaspError} `decode`, `truncated`, `too-large`
 */
export async function* unbrotli(
  chunks: AsyncGenerator<Uint8Array>,
  url: string,
  size: number,
  decoder: Promise<typeof Decoder>,
): AsyncGenerator<Uint8Array> {
  const { StreamDecoder, DecodeFailure } = await decoder;
  const stream = new StreamDecoder(size);
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
    throw new GowaspError(CODES[code], `${url}: ${message}; try again, or check what was uploaded`);
  } finally {
    stream.free();
  }
}

/** The package's own SHA-256. */
export async function newHash(job: Job): Promise<Decoder.StreamHash> {
  const { StreamHash } = await loadDecoder(job);
  return new StreamHash();
}

let loaded: Promise<typeof Decoder> | undefined;

/**
 * Loads the decoder, once for all apps; a failure is not remembered.
 *
 * @throws {GowaspError} `unavailable`
 */
export function loadDecoder(job: Job): Promise<typeof Decoder> {
  loaded ??= startDecoder(job.options.decoderUrl).catch((cause: Error) => {
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

async function startDecoder(place: string | URL | undefined): Promise<typeof Decoder> {
  const decoder = await import("./decoder.js");
  const url = new URL(place ?? new URL("./decoder_bg.wasm", import.meta.url), import.meta.url);
  const local = isNode && url.protocol === "file:";
  // Node's fetch does not read files.
  const source = local ? await (await nodeModule("fs/promises")).readFile(url) : url;
  await decoder.default({ module_or_path: source });
  return decoder;
}
