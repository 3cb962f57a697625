// Files of this machine, by Node. Loaded when there are some.

import { GowaspError } from "../errors.js";
import { builtin } from "../host/node.js";
import type { Job } from "../job.js";
import { compileBytes } from "./compile.js";
import { readEntry } from "./entry.js";
import { concat, shown } from "./http.js";
import type { Loaded } from "./loaded.js";
import type { Encoding, FileEntry, ModuleEntry } from "./manifest.js";
import { pinOf } from "./pin.js";
import { type Expected, promised, verified } from "./verify.js";

export { takeParts } from "../late/part.js";
export const part = "files";

/**
 * Reads, checks and compiles what lies at a `file:` address, a manifest or a module.
 *
 * @throws {GowaspError} `network` when it cannot be read, as over HTTP; and what can be wrong with a file
 */
export async function moduleOfFile(url: string, job: Job): Promise<Loaded> {
  const entry = await readEntry(read(url, job), url, job);
  if (!("manifest" in entry)) {
    return { module: await compileAll(entry.chunks, { url, pin: pinOf(job.sri), via: "file" }, job), via: "file" };
  }
  const { module, abi, name } = entry.manifest;
  return { ...(await moduleOfFiles(module, job)), abi, name, file: entry.file };
}

/**
 * Reads the module, or the first of its encoded files that is there, checks and compiles it.
 *
 * @throws {GowaspError} `network`, `not-wasm`, `too-large`, `truncated`, `decode`, `integrity`, `compile`
 */
export async function moduleOfFiles(entry: ModuleEntry, job: Job): Promise<Loaded> {
  const file = await firstPresent(entry);
  const hash = job.options.integrity !== false;
  const expected = { url: file.url, via: "file", ...promised(entry, hash) } as const;
  return { module: await compileAll(readDecoded(file, job), expected, job), via: "file" };
}

async function compileAll(
  bytes: AsyncGenerator<Uint8Array>,
  expected: Expected,
  job: Job,
): Promise<WebAssembly.Module> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of verified(bytes, expected, job)) chunks.push(chunk);
  return compileBytes(concat(chunks), expected.url);
}

/** The chunks of a file, on demand: of a file without end, no more is read than is used. */
async function* read(url: string, job: Job): AsyncGenerator<Uint8Array> {
  const { createReadStream } = builtin("fs");
  const source = createReadStream(new URL(url), { signal: job.signal });
  try {
    yield* source;
  } catch (cause) {
    job.check();
    throw unreadable(url, cause);
  } finally {
    source.destroy();
  }
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
      // Not `access`, for which Deno demands more permissions.
      await stat(new URL(file.url));
      return file;
    } catch (error) {
      first ??= error;
    }
  }
  throw unreadable(entry.url, first);
}

/** The decoded chunks of a file, on demand: what is not read is not decoded. */
async function* readDecoded({ url, encoding }: Present, job: Job): AsyncGenerator<Uint8Array> {
  if (encoding === undefined) {
    yield* read(url, job);
    return;
  }
  const { createReadStream } = builtin("fs");
  const zlib = builtin("zlib");
  const decoders = { br: zlib.createBrotliDecompress, gzip: zlib.createGunzip, zstd: zlib.createZstdDecompress };
  if (typeof decoders[encoding] !== "function") {
    throw new GowaspError(
      "unavailable",
      `this Node cannot decode ${shown(url)}; put the .br or the .gz file beside it`,
    );
  }
  const decoder = decoders[encoding]();
  const source = createReadStream(new URL(url), { signal: job.signal });
  source.on("error", (error) => decoder.destroy(error));
  try {
    yield* source.pipe(decoder);
  } catch (cause) {
    job.check();
    const ended = (cause as NodeJS.ErrnoException).code === "Z_BUF_ERROR";
    const { message } = cause as Error;
    throw new GowaspError(ended ? "truncated" : "decode", `${shown(url)} is damaged: ${message}`, { cause });
  } finally {
    source.destroy();
  }
}

function unreadable(url: string, cause: unknown): GowaspError {
  return new GowaspError("network", `${shown(url)} cannot be read: ${(cause as Error).message}`, { cause });
}
