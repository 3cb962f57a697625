import { addressOf } from "./address.js";
import { GowaspError } from "./errors.js";
import type { LoadOptions, Progress, Via } from "./options.js";
import type { DecoderPart } from "./parts/decoder.js";
import { findPart, type PartSource } from "./parts.js";

/**
 * One call of `load()`: the signal that everything it starts listens to, and the way its progress gets out.
 */
export class Job {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #onProgress: LoadOptions["onProgress"];
  #last: Progress | undefined;

  /** @param parts how what is needed at times only is had */
  constructor(
    readonly options: LoadOptions,
    private readonly parts: PartSource,
  ) {
    this.#outer = options.signal;
    this.#onProgress = options.onProgress;
  }

  /** Fires when the caller's signal does, and when loading has failed. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Runs `work`; when the caller's signal fires or `work` fails, everything that listens to {@link signal} stops.
   *
   * @throws {GowaspError} `aborted`, or what `work` throws
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const outer = this.#outer;
    let onAbort = () => {};
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => reject(abortedError(outer?.reason));
      if (outer?.aborted) onAbort();
      outer?.addEventListener("abort", onAbort);
    });
    try {
      return await Promise.race([aborted, outer?.aborted ? aborted : work()]);
    } catch (error) {
      this.#controller.abort(error);
      throw error;
    } finally {
      outer?.removeEventListener("abort", onAbort);
    }
  }

  /** A controller for one part of the job, which can fail without the rest; it fires with the job's signal, too. */
  branch(): AbortController {
    const branch = new AbortController();
    this.signal.addEventListener("abort", () => branch.abort(this.signal.reason), { signal: branch.signal });
    return branch;
  }

  /** To be called before anything that cannot be undone. */
  check(): void {
    if (this.#outer?.aborted) throw abortedError(this.#outer.reason);
    this.signal.throwIfAborted();
  }

  /**
   * The package's own decoder, ready to be used.
   *
   * @throws {GowaspError} `unavailable`
   */
  async decoder(): Promise<DecoderPart> {
    const { decoderUrl, use = [] } = this.options;
    const decoder = await findPart("decoder", use, this.parts);
    await decoder.start(decoderUrl && addressOf(decoderUrl));
    return decoder;
  }

  /** Whether anyone listens to progress. */
  get wantsProgress(): boolean {
    return this.#onProgress !== undefined;
  }

  /** Reports progress; a listener that throws does not break loading. */
  progress(progress: Progress): void {
    if (this.signal.aborted) return;
    this.#last = progress;
    try {
      this.#onProgress?.(progress);
    } catch (error) {
      console.error("gowasp: onProgress threw", error);
    }
  }

  /** Reports that everything is there and the program begins. */
  beginRun(via: Via): void {
    const { loaded, total } = this.#last ?? { loaded: 0, total: undefined };
    this.progress({ phase: "run", loaded, total, via });
  }
}

function abortedError(reason: unknown): GowaspError {
  const why = reason instanceof Error ? `: ${reason.message}` : "";
  return new GowaspError("aborted", `loading was stopped by its signal${why}`, { cause: reason });
}
