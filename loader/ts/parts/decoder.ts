// The part `decoder`: brotli and SHA-256, by the package's own WebAssembly.

import { GowaspError, type GowaspErrorCode } from "../errors.js";
import { builtin, hasNodeModules } from "../node.js";
import { placeOf } from "../places.js";
import init, { DecodeFailure, StreamDecoder, StreamHash } from "./bindings.js";

/** Where `decoder_bg.wasm` is, unless it is beside this script. */
type Place = string | URL | undefined;

/** Incremental SHA-256. */
export interface Hash {
  update(bytes: Uint8Array): void;
  hex(): string;
  free(): void;
}

/** What the part offers. */
export interface DecoderPart {
  readonly part: "decoder";
  /**
   * Compiles and instantiates the decoder, once for all programs; a failure is not remembered.
   *
   * @throws {GowaspError} `unavailable`
   */
  start(place: Place): Promise<void>;
  /**
   * Decodes brotli chunk by chunk, once it has been started.
   *
   * @param chunks the encoded file
   * @param url its address, for messages
   * @param size the decoded size; never more is handed out
   * @throws {GowaspError} `decode`, `truncated`, `too-large`
   */
  unbrotli(chunks: AsyncGenerator<Uint8Array>, url: string, size: number): AsyncGenerator<Uint8Array>;
  /** A hash that has seen nothing yet; the decoder must have been started. */
  newHash(): Hash;
}

const decoder: DecoderPart = { part: "decoder", start, unbrotli, newHash: () => new StreamHash() };
export default decoder;

/** The codes of the Rust decoder in the loader's words. */
const CODES: Record<DecodeFailure["code"], GowaspErrorCode> = {
  corrupt: "decode",
  trailing: "decode",
  "too-small": "truncated",
  truncated: "truncated",
  "too-large": "too-large",
};

async function* unbrotli(chunks: AsyncGenerator<Uint8Array>, url: string, size: number): AsyncGenerator<Uint8Array> {
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

let started: Promise<void> | undefined;

function start(place: Place): Promise<void> {
  started ??= instantiate(place).catch((cause: Error) => {
    started = undefined;
    throw new GowaspError(
      "unavailable",
      `the brotli decoder of this package could not be loaded: ${cause.message}; ` +
        "serve decoder_bg.wasm beside the bundle, or name its place with the option decoderUrl",
      { cause },
    );
  });
  return started;
}

async function instantiate(place: Place): Promise<void> {
  // Bundlers look for exactly this.
  const url = new URL(place ?? placeOf("decoder_bg.wasm", () => new URL("./decoder_bg.wasm", import.meta.url)));
  // No host's fetch but Deno's and Bun's reads files.
  const local = hasNodeModules && url.protocol === "file:";
  await init({ module_or_path: local ? await builtin("fs/promises").readFile(url) : url });
}
