import { GowaspError } from "./errors.js";
import type { LoadOptions, Progress, Via } from "./options.js";

/**
 * One call of `load()`: the signal that everything it starts listens to, and the channel for its progress.
 */
export class Job {
  /** The hash that the caller says the entry point must have, as in the option `integrity`. */
  readonly sri: string | undefined;
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #onProgress: LoadOptions["onProgress"];
  #last: Progress | undefined;

  /** @param onStart called when nothing but the program itself can fail any more, before it is entered */
  constructor(
    readonly options: LoadOptions,
    private readonly onStart?: () => void,
  ) {
    this.#outer = options.signal;
    this.#onProgress = options.onProgress;
    const { integrity } = options;
    this.sri = typeof integrity === "string" ? integrity : undefined;
  }

  /** Fires when the caller's signal does, and when loading has failed. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** How often a failure that may be temporary is tried again. */
  get retries(): number {
    return this.options.retries ?? 3;
  }

  /** For how many milliseconds a server may send nothing. */
  get stallTimeout(): number {
    return this.options.stallTimeout ?? 30_000;
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

  /** A controller for one part of the job, which can fail without the rest; it also fires with the signal above it. */
  branch(above: AbortSignal = this.signal): AbortController {
    const branch = new AbortController();
    const stop = () => branch.abort(above.reason);
    if (above.aborted) stop();
    else above.addEventListener("abort", stop, { signal: branch.signal });
    return branch;
  }

  /** To be called before anything that cannot be undone. */
  check(): void {
    if (this.#outer?.aborted) throw abortedError(this.#outer.reason);
    this.signal.throwIfAborted();
  }

  /**
   * Waits, unless the job has ended.
   *
   * @throws {GowaspError} what {@link check} throws
   */
  async pause(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      const wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.signal.aborted) wake();
      this.signal.addEventListener("abort", wake, { once: true });
    });
    this.check();
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

  /** Reports that there is an instance, which is entered now. */
  started(): void {
    this.onStart?.();
  }
}

function abortedError(reason: unknown): GowaspError {
  const why = reason instanceof Error ? `: ${reason.message}` : "";
  return new GowaspError("aborted", `loading was stopped by its signal${why}`, { cause: reason });
}
