import { compileBytes } from "./compile.js";
import { GowaspError } from "./errors.js";
import { concat } from "./http.js";
import type { Job } from "./job.js";
import type { Encoding, FileEntry, ModuleEntry } from "./manifest.js";
import { builtin } from "./node.js";
import { verified } from "./verify.js";

/** Larger than any module an engine takes (1 GiB), and than any manifest. */
const MAX_FILE = 2 ** 30;

/**
 * The bytes of a `file:` address.
 *
 * @throws {GowaspError} `network` when it cannot be read, as over HTTP; `too-large`
 */
export async function readLocal(url: string): Promise<Uint8Array<ArrayBuffer>> {
  const { readFile, stat } = builtin("fs/promises");
  try {
    const { size } = await stat(new URL(url));
    if (size > MAX_FILE) throw new GowaspError("too-large", `${url} has ${size} bytes, at most ${MAX_FILE} are read`);
    return await readFile(new URL(url));
  } catch (cause) {
    if (cause instanceof GowaspError) throw cause;
    throw unreadable(url, cause);
  }
}

/**
 * Reads the module, or the first of its encoded files that is there, checks and compiles it.
 *
 * @throws {GowaspError} `network`, `not-wasm`, `too-large`, `truncated`, `decode`, `integrity`, `compile`
 */
export async function compileLocal(entry: ModuleEntry, job: Job): Promise<WebAssembly.Module> {
  const file = await firstPresent(entry);
  const expected = { url: file.url, entry, hash: job.options.integrity !== false, via: "file" } as const;
  const chunks: Uint8Array[] = [];
  for await (const chunk of verified(readDecoded(file), expected, job)) chunks.push(chunk);
  return compileBytes(concat(chunks), file.url);
}

interface Present {
  url: string;
  encoding?: Encoding;
}

async function firstPresent(entry: ModuleEntry): Promise<Present> {
  const { stat } = builtin("fs/promises");
  const encoded = Object.entries(entry.encodings) as [Encoding, FileEntry][];
  const files: Present[] = [{ url: entry.url }, ...encoded.map(([encoding, { url }]) => ({ url, encoding }))];
  let first: unknown;
  for (const file of files) {
    try {
      // Not `access`: Deno asks for more rights to answer that.
      await stat(new URL(file.url));
      return file;
    } catch (error) {
      first ??= error;
    }
  }
  throw unreadable(entry.url, first);
}

/** The decoded chunks of a file, as they are wanted: what is not read is not decoded. */
async function* readDecoded({ url, encoding }: Present): AsyncGenerator<Uint8Array> {
  const { createReadStream } = builtin("fs");
  const zlib = builtin("zlib");
  const decoders = { br: zlib.createBrotliDecompress, gzip: zlib.createGunzip, zstd: zlib.createZstdDecompress };
  const source = createReadStream(new URL(url));
  try {
    if (encoding === undefined) {
      yield* source;
      return;
    }
    if (typeof decoders[encoding] !== "function") {
      throw new GowaspError("unavailable", `this Node cannot decode ${url}; put the .br or the .gz file beside it`);
    }
    const decoder = decoders[encoding]();
    source.on("error", (error) => decoder.destroy(error));
    yield* source.pipe(decoder);
  } catch (cause) {
    if (cause instanceof GowaspError) throw cause;
    const ended = (cause as NodeJS.ErrnoException).code === "Z_BUF_ERROR";
    throw new GowaspError(ended ? "truncated" : "decode", `${url} is damaged: ${(cause as Error).message}`, { cause });
  } finally {
    source.destroy();
  }
}

function unreadable(url: string, cause: unknown): GowaspError {
  return new GowaspError("network", `${url} cannot be read: ${(cause as Error).message}`, { cause });
}
