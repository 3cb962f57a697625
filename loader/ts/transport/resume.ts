import { GowaspError } from "../errors.js";
import type { Job } from "../job.js";
import { chunksOf, fetchOk, mayPass, shown } from "./http.js";

/** What is known of a file that is read. */
export interface Resumable {
  url: string;
  /** Bytes of the file, if the manifest says. */
  size?: number | undefined;
  /** Whether a hash is checked at the end, so that a mixture of two files cannot go unnoticed. */
  checked: boolean;
  signal: AbortSignal;
}

/** The least that a connection must bring for its end not to count as a failure. */
const PROGRESS = 16 * 1024;

/**
 * The bytes of a file, whatever happens to its connection: when it breaks, the rest is requested (RFC 9110, section
 * 14), or, if ranges are not available, all of it again, of which the known part is skipped.
 *
 * @param response the first answer
 * @throws {GowaspError} `truncated`, `network`, `http-status` when trying again does not help
 */
export async function* resumable(
  response: Response,
  { url, size, checked, signal }: Resumable,
  job: Job,
): AsyncGenerator<Uint8Array> {
  const file = new Validator(response, checked);
  let at = 0;
  let part = { body: chunksOf(response, job), skip: 0 };
  for (let failures = 0; ; ) {
    const before = at;
    try {
      for await (const chunk of part.body) {
        const fresh = chunk.subarray(Math.min(part.skip, chunk.length));
        part.skip -= chunk.length - fresh.length;
        at += fresh.length;
        if (fresh.length > 0) yield fresh;
      }
      return;
    } catch (error) {
      if (!mayPass(error)) throw error;
      failures = at - before >= PROGRESS ? 0 : failures + 1;
      if (failures > job.retries) throw error;
    }
    // After a broken connection that had brought much, the next one may bring more.
    if (failures > 0) await job.pause(250 * 2 ** (failures - 1));
    const headers = file.ranges ? { Range: `bytes=${at}-`, ...file.condition } : undefined;
    const next = await fetchOk(url, job, { signal, ...(headers && { headers }) });
    part = { body: chunksOf(next, job), skip: file.skip(next, at, size) };
  }
}

/** Finds out whether a later response is of the same file, and how much of it is known already. */
class Validator {
  /**
   * Whether ranges of the file are available: those of a response that was encoded on the way are not ranges of the
   * file.
   */
  readonly ranges: boolean;
  readonly #url: string;
  readonly #etag: string | null;

  constructor(response: Response, checked: boolean) {
    const { headers, url } = response;
    this.#url = url;
    this.#etag = headers.get("etag");
    const encoded = headers.get("content-encoding") !== null;
    this.ranges = !encoded && headers.get("accept-ranges") !== "none" && (checked || this.#strong !== undefined);
  }

  /** A tag that identifies the exact bytes. */
  get #strong(): string | undefined {
    return this.#etag?.startsWith('"') ? this.#etag : undefined;
  }

  /**
   * Sent only if it needs no permission: to other origins it would cost a preflight request (Fetch, CORS-safelisted
   * header).
   */
  get condition(): Record<string, string> {
    // Server runtimes have no origin, and send no preflight.
    const { location } = globalThis;
    const here = location === undefined || new URL(this.#url).origin === location.origin;
    return here && this.#strong ? { "If-Range": this.#strong } : {};
  }

  /**
   * How many bytes of the response's body must be skipped.
   *
   * @throws {GowaspError} `truncated` when it is of another file
   */
  skip(next: Response, at: number, size: number | undefined): number {
    const etag = next.headers.get("etag");
    if (this.#etag !== null && etag !== null && etag !== this.#etag) throw this.#other("it was replaced meanwhile");
    if (next.status === 200) return at;
    const [, first, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(next.headers.get("content-range") ?? "") ?? [];
    const begins = first === undefined ? beginOf(next, size) : Number(first);
    const sameSize = size === undefined || total === undefined || total === "*" || Number(total) === size;
    if (begins !== at || !sameSize) throw this.#other("the server answered with another part of it");
    return 0;
  }

  #other(why: string): GowaspError {
    return new GowaspError("truncated", `the connection to ${shown(this.#url)} broke, and ${why}; try again`);
  }
}

/** Other origins do not show `Content-Range`, but always `Content-Length`. */
function beginOf({ headers }: Response, size: number | undefined): number | undefined {
  const length = headers.get("content-length");
  return length === null || size === undefined ? undefined : size - Number(length);
}
