import { GowaspError } from "../errors.js";
import type { Job } from "../job.js";
import type { Via } from "../options.js";
import { chunksOf, concat, looksLikeWasm, notWasm, shown } from "./http.js";
import type { FileEntry } from "./manifest.js";
import { checkPin, type Pin, pinOf } from "./pin.js";

export { takeParts } from "../late/part.js";
export const part = "verify";

/** What decoded bytes are checked against. */
export interface Expected {
  /** The address for messages. */
  url: string;
  /** Decoded bytes, if that is known. */
  size?: number | undefined;
  /** Their hash, if that is to be checked. */
  pin?: Pin | undefined;
  /** How the bytes come, for progress; without it, none is reported. */
  via?: Via;
}

/** What a manifest says about its module; with the hash only if it is to be checked. */
export function promised({ size, sha256 }: FileEntry, hash: boolean): Pick<Expected, "size" | "pin"> {
  return { size, pin: hash ? { algorithm: "SHA-256", hex: sha256, by: "its manifest" } : undefined };
}

/**
 * Passes decoded bytes on and checks them: whoever reads to the end without an error got the module that was meant. A
 * compiler or a cache that gets these bytes as a stream cannot succeed otherwise.
 *
 * @throws {GowaspError} `not-wasm`, `too-large`, `truncated`, `integrity`
 */
export async function* verified(
  chunks: AsyncGenerator<Uint8Array>,
  expected: Expected,
  job: Job,
): AsyncGenerator<Uint8Array> {
  const check = new Check(expected, job);
  for await (const chunk of chunks) {
    check.add(chunk);
    yield chunk;
  }
  await check.end();
}

/** What has come so far of bytes that are held against something. */
class Check {
  #head = new Uint8Array();
  #loaded = 0;
  /** For the hash. No memory is reserved beforehand, because the size is only what a manifest claims. */
  readonly #kept: Uint8Array[] = [];
  readonly #expected: Expected;
  readonly #job: Job;

  constructor(expected: Expected, job: Job) {
    this.#expected = expected;
    this.#job = job;
  }

  add(chunk: Uint8Array): void {
    const { url, size, pin } = this.#expected;
    this.#job.check();
    if (this.#head.length < 4) {
      this.#head = concat([this.#head, chunk.subarray(0, 4)]);
      if (this.#head.length >= 4 && !looksLikeWasm(this.#head)) throw notWasm(url, this.#head);
    }
    this.#loaded += chunk.length;
    if (this.#loaded > (size ?? MAX_MODULE)) throw tooLarge(url, size);
    if (pin) this.#kept.push(chunk);
    this.#tell("download");
  }

  async end(): Promise<void> {
    const { url, size, pin } = this.#expected;
    if (this.#loaded < (size ?? 8)) throw truncated(url, this.#loaded, size);
    if (pin) await checkPin(this.#kept, pin, url, this.#job);
    this.#tell("compile");
  }

  #tell(phase: "download" | "compile"): void {
    const { via, size } = this.#expected;
    if (via) this.#job.progress({ phase, loaded: this.#loaded, total: size, via });
  }
}

/** Engines take no larger module (WebAssembly JavaScript Interface, section 9: 1 GiB). */
export const MAX_MODULE = 2 ** 30;

/** What the manifest says about a copy, if there is one, and whether its hash is checked. */
interface Copied {
  url: string;
  via: Via;
  entry: FileEntry | undefined;
  hash: boolean;
}

/**
 * Reads the copy of a response that something else uses, reports progress and checks it.
 *
 * @throws {GowaspError} as {@link verified}
 */
export async function checkCopy(copy: Response, { url, via, entry, hash }: Copied, job: Job): Promise<void> {
  const expected = { url, via, ...(entry ? promised(entry, hash) : { pin: pinOf(job.sri) }) };
  const check = new Check(expected, job);
  // No more than one generator for each chunk: this competes with the compiler.
  for await (const chunk of chunksOf(copy, job)) check.add(chunk);
  await check.end();
}

/**
 * Checks bytes against a hash as in the option `integrity`.
 *
 * @throws {GowaspError} `integrity`, `unavailable`
 */
export async function checkSri(chunks: Uint8Array[], sri: string, url: string, job: Job): Promise<void> {
  await checkPin(chunks, pinOf(sri) as Pin, url, job);
}

function tooLarge(url: string, size: number | undefined): GowaspError {
  const limit = size === undefined ? "1 GiB, the most that engines take" : `the ${size} bytes its manifest names`;
  return new GowaspError("too-large", `${shown(url)} holds more than ${limit}; reading stopped there`);
}

function truncated(url: string, loaded: number, size: number | undefined): GowaspError {
  return new GowaspError(
    "truncated",
    `${shown(url)} ended after ${loaded}${size === undefined ? "" : ` of ${size}`} bytes; try again, or check what was uploaded`,
  );
}
