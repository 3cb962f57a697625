/** What syscall/js fetches as `_pendingEvent`: a call of a Go function by JavaScript. Id 0 says that no event can come. */
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
  /** Called when Go has come back, with the exception that came out of it; says whether that is the caller's. */
  left(error?: unknown): boolean;
  /**
   * What a call answers. Where the program is over, during it or before, that is an exception; but nobody waits for the answer to an
   * answer, so that there it would be an unhandled one.
   */
  answer(event: PendingEvent, isAnswer: boolean): unknown;
}

/** What is known of one function. */
interface Made {
  /** Whether it waits for one answer, as the callbacks of file operations and of promises do. */
  awaits: boolean;
}

/** The JavaScript functions behind a program's `js.Func` values. */
export class GoFunctions {
  private readonly made = new WeakMap<object, Made>();
  private offered = 0;

  constructor(private readonly host: FunctionHost) {}

  /** Whether the program has made functions that JavaScript may hold, to call them at any time. */
  get areOffered(): boolean {
    return this.offered > 0;
  }

  /** Notes that `callback` waits for one answer. */
  awaits(callback: unknown): void {
    const made = this.made.get(callback as object);
    if (made === undefined || made.awaits) return;
    made.awaits = true;
    this.offered--;
  }

  /**
   * Makes the function that calls Go's function `id`, as `_makeFuncWrapper` of Go's own host does.
   *
   * It enters Go itself, and the host functions call it directly: each frame between the two is one that nested calls cannot
   * have on the engine's stack.
   */
  make(id: number, resume: () => void): unknown {
    const { host } = this;
    const made: Made = { awaits: false };
    return this.note(made, function (this: unknown): unknown {
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

  private note(made: Made, call: object): unknown {
    this.made.set(call, made);
    this.offered++;
    return call;
  }
}
