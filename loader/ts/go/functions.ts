/**
 * What syscall/js fetches as `_pendingEvent`: a call of a Go function by JavaScript. Id 0 says that no event will come
 * any more.
 */
export interface PendingEvent {
  id: number;
  this?: unknown;
  args?: ArrayLike<unknown>;
  result?: unknown;
}

/** What a call of a Go function needs of its program. */
export interface FunctionHost {
  /** Takes the next event for Go; says whether there is a Go to call, and takes the event's id where there is none. */
  pend(event: PendingEvent): boolean;
  /** Called when Go has returned, with the exception that it threw, if any. Whether that belongs to the caller. */
  left(error?: unknown): boolean;
  /**
   * What a call returns. If the program is over, during the call or before, it throws; but nobody waits for the answer
   * to an answer, where that would be an unhandled exception.
   */
  answer(event: PendingEvent, isAnswer: boolean): unknown;
}

/** What is known of one function. */
interface Made {
  /** Whether it waits for one answer, as callbacks of file operations and promises do. */
  awaits: boolean;
}

/** The JavaScript functions behind a program's `js.Func` values. */
export class GoFunctions {
  readonly #made = new WeakMap<object, Made>();
  #offered = 0;
  readonly #host: FunctionHost;

  constructor(host: FunctionHost) {
    this.#host = host;
  }

  /** Whether the program has made functions that JavaScript may hold, to call them at any time. */
  get areOffered(): boolean {
    return this.#offered > 0;
  }

  /** Notes that `callback` waits for one answer. */
  awaits(callback: unknown): void {
    const made = this.#made.get(callback as object);
    if (made === undefined || made.awaits) return;
    made.awaits = true;
    this.#offered--;
  }

  /**
   * Makes the function that calls Go's function `id`, as `_makeFuncWrapper` of Go's own host does.
   *
   * It enters Go itself, and the host functions call it directly: each frame in between would be taken from nested
   * calls, which need it on the engine's stack.
   */
  make(id: number, resume: () => void): unknown {
    const host = this.#host;
    const made: Made = { awaits: false };
    return this.#note(made, function (this: unknown): unknown {
      // biome-ignore lint/complexity/noArguments: no array is made, as Go asks for length and elements only
      const event: PendingEvent = { id, this: this, args: arguments, result: undefined };
      if (host.pend(event)) {
        try {
          resume();
          host.left();
        } catch (error) {
          if (host.left(error)) throw error;
        }
      }
      return host.answer(event, made.awaits);
    });
  }

  #note(made: Made, call: object): unknown {
    this.#made.set(call, made);
    this.#offered++;
    return call;
  }
}
