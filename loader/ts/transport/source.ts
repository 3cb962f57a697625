// Sources that are more than an address. Loaded when there is one.

import { GowaspError } from "../errors.js";
import { part as late } from "../late/part.js";
import type { Source } from "../options.js";

export { takeParts } from "../late/part.js";
export const part = "source";

/** What `load()` was given, told apart. */
export type Known =
  | { kind: "address"; address: string | URL }
  | { kind: "response"; response: Response }
  | { kind: "bytes"; bytes: Uint8Array }
  | { kind: "module"; module: WebAssembly.Module };

/**
 * Finds out what the source is by what it can do, because objects of frames and of test environments have other
 * classes.
 *
 * @param given by the caller, of any type
 * @throws {GowaspError} `invalid-option`; `aborted` or `network` when it is a promise that fails as fetch() does
 */
export async function sourceOf(given: unknown): Promise<Known> {
  const source = await settled(given);
  const tag = Object.prototype.toString.call(source).slice(8, -1);
  if (tag === "String" || tag === "URL") return { kind: "address", address: source as string | URL };
  if (tag === "WebAssembly.Module") return { kind: "module", module: source as WebAssembly.Module };
  if (tag === "Response") return { kind: "response", response: source as Response };
  if (ArrayBuffer.isView(source)) return bytesOf(source.buffer, source.byteOffset, source.byteLength);
  if (tag === "ArrayBuffer" || tag === "SharedArrayBuffer") return bytesOf(source as ArrayBuffer);
  // The namespace of a module that a bundler or the host makes of a `.wasm` file.
  const { default: exported } = (source ?? {}) as { default?: unknown };
  if (typeof source === "object" && exported !== undefined && exported !== source) return sourceOf(exported);
  throw (await late("refusal")).wrongSource(source);
}

async function settled(given: unknown): Promise<unknown> {
  try {
    return await (given as Source);
  } catch (cause) {
    if (cause instanceof GowaspError) throw cause;
    const { name, message } = cause as Error;
    const code = name === "AbortError" ? "aborted" : "network";
    throw new GowaspError(code, `the promise given to load() failed: ${message}`, { cause });
  }
}

function bytesOf(buffer: ArrayBufferLike, offset = 0, length = buffer.byteLength): Known {
  return { kind: "bytes", bytes: new Uint8Array(buffer, offset, length) };
}
