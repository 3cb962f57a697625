import { GowaspError } from "../errors.js";
import { type Handled, Happening, type Instance } from "./instance.js";

/** What a platform passes beside a request. */
export interface ExecutionContext {
  waitUntil?(promise: Promise<unknown>): void;
}

/** What is asked of a program. */
export interface Task {
  /** The request, or the event. */
  readonly original: Request;
  /** Whether it is for what the program serves by, if it does. */
  readonly isRequest: boolean;
  /** Makes the program answer, by a function that it has set. */
  answer(instance: Instance): Promise<unknown>;
  /** What happens when there is no answer. */
  failed(error: unknown): unknown;
}

/** The longest that a request sleeps, in milliseconds: where no other request can wake it, and where one can. */
const POLL = 8;
const LONGEST = 10_000;

/** After this many milliseconds without a sign of life, the request of an exchange is taken for lost. */
const SILENCE = 3 * LONGEST;

const OVER = "the request is over";

let nextId = 1;

/**
 * One request and its answer.
 *
 * In workerd, whatever belongs to a request (its body, timers, promises, what it fetches) may only be touched while
 * that request runs, and a program that many requests share may be entered by any of them. So each exchange has a loop
 * of its own ({@link #pump}), which runs on behalf of its request. What a goroutine does for an exchange waits until
 * that loop enters the program: it asks {@link enter}, and is told `Entered`. Only plain values are passed between
 * requests.
 *
 * The public members up to {@link done} are what Go calls: see go/workers/exchange.go.
 */
export class Exchange implements Handled {
  readonly outcome: Promise<unknown>;
  readonly id = nextId++;
  readonly #deadline: number;
  #resolve!: (answer: unknown) => void;
  #reject!: (error: unknown) => void;
  #isBegun = false;
  #isAnswered = false;
  #isDone = false;
  #isAsked = false;
  /** When its loop last ran. */
  #seen = performance.now();
  #wake: (() => void) | undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  readonly #instance: Instance;
  readonly #task: Task;

  /** @param timeout in how many milliseconds there must be an answer */
  constructor(
    instance: Instance,
    task: Task,
    readonly env: unknown,
    timeout: number,
  ) {
    this.#instance = instance;
    this.#task = task;
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#deadline = performance.now() + timeout;
    instance.exchanges.add(this);
  }

  get original(): Request {
    return this.#task.original;
  }

  /**
   * The request but for its body, as one text: method, address, whether there is a body, names and values of headers.
   */
  get head(): string {
    const { method, url, headers, body } = this.original;
    return [method, url, body ? 1 : 0, ...[...headers].flat()].join("\n");
  }

  /** Whether the program runs on behalf of this request. If not, the exchange is told once it does. */
  enter(): boolean {
    const instance = this.#instance;
    if (!instance.isShared || instance.current === this || this.#isDone) return true;
    this.#isAsked = true;
    this.wake();
    return false;
  }

  /** Reads a piece of the body. */
  read(): void {
    if (this.#isDone) {
      this.#tell(Happening.Chunk, undefined, OVER);
      return;
    }
    this.#reader ??= (this.original.body as ReadableStream<Uint8Array>).getReader();
    this.#reader.read().then(
      ({ value }) => this.#tell(Happening.Chunk, value),
      (error) => {
        // Half a request may leave the program in any state.
        this.#instance.isRetired = true;
        this.#tell(Happening.Chunk, undefined, `the body was cut: ${error}`);
      },
    );
  }

  /** Answers with everything at once. */
  answer(head: string, body: Uint8Array<ArrayBuffer> | null): void {
    this.#answer(() => new Response(body, initOf(head)));
  }

  /** Begins an answer whose body is written piece by piece. */
  begin(head: string): void {
    this.#answer(() => {
      const init = initOf(head);
      const { readable, writable } = bodyOf(Number(init.headers.get("content-length") ?? Number.NaN));
      this.#writer = writable.getWriter();
      this.#writer.closed.catch(() => this.#tell(Happening.Gone));
      return new Response(readable, init);
    });
  }

  /** Writes a piece, and tells when there is room for more. */
  write(bytes: Uint8Array): void {
    if (!this.#writer) {
      this.#tell(Happening.Room, OVER);
      return;
    }
    this.#writer.write(bytes).then(
      () => this.#tell(Happening.Room),
      (error) => this.#tell(Happening.Room, String(error)),
    );
  }

  /** Ends what was begun. */
  end(): void {
    this.#writer?.close().catch(() => {});
  }

  /** Aborts it, which the client sees as an error. */
  abort(): void {
    this.#cut(new Error("the handler has given up"));
  }

  /** The handler has panicked. */
  panicked(trace: string): void {
    console.error(trace);
    this.#instance.isRetired = true;
    this.abort();
  }

  /** Nothing is left to do. */
  done(): void {
    this.#isDone = true;
    this.wake();
  }

  /** Starts it as soon as the program is ready, and runs it until it is over. */
  run(context: ExecutionContext | undefined): void {
    for (const other of this.#instance.exchanges) other.loseIfSilent();
    this.#instance.enter(this, () => this.#instance.run());
    this.#step();
    if (this.#isOver) {
      this.#leave();
      return;
    }
    const pump = this.#pump();
    // If the platform tells. Workerd does with the compatibility flag enable_request_signal.
    this.original.signal?.addEventListener("abort", () => this.#tell(Happening.Gone));
    // What answers by itself says itself what is to be waited for.
    if (this.#instance.serve) context?.waitUntil?.(pump);
  }

  /** Makes the loop look again, wherever this is called from. */
  wake(): void {
    if (canWakeOthers || !this.#instance.isShared || this.#instance.current === this) this.#wake?.();
  }

  /**
   * Gives the exchange up if its loop has not run for long: workerd may end a request without notice, for instance when
   * its client has gone. Goroutines that do something for it must not wait forever.
   */
  loseIfSilent(): void {
    if (performance.now() - this.#seen < SILENCE) return;
    this.#isDone = true;
    this.#writer = undefined;
    this.#instance.exchanges.delete(this);
    this.#tell(Happening.Gone);
    this.#tell(Happening.Entered);
  }

  get #isOver(): boolean {
    return this.#isDone || (this.#isAnswered && this.#instance.end !== undefined);
  }

  async #pump(): Promise<void> {
    while (!this.#isOver) {
      await this.#sleep();
      this.#step();
    }
    this.#leave();
  }

  /** Does what is pending on behalf of this request. */
  #step(): void {
    const instance = this.#instance;
    this.#seen = performance.now();
    if (!this.#isBegun && instance.isReady) {
      this.#isBegun = true;
      if (instance.serve && this.#task.isRequest) this.#tell(Happening.Request, this);
      else instance.enter(this, () => this.#answerBy(this.#task.answer(instance)));
    }
    if (this.#isAsked) {
      this.#isAsked = false;
      this.#tell(Happening.Entered);
    }
    instance.enter(this, () => instance.timers.fire());
    if (instance.end) this.#fail(instance.end);
    else if (!this.#isAnswered && performance.now() >= this.#deadline) {
      instance.isRetired = true;
      this.#fail(new Error("the handler did not answer in time"));
      this.#tell(Happening.Gone);
    }
  }

  /** Waits until there may be something to do. */
  async #sleep(): Promise<void> {
    const { timers, isShared } = this.#instance;
    const deadline = this.#isAnswered ? Number.POSITIVE_INFINITY : this.#deadline - performance.now();
    const longest = isShared ? (canWakeOthers ? LONGEST : POLL) : Number.POSITIVE_INFINITY;
    const pause = Math.min(timers.pause, deadline, longest);
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      if (pause < Number.POSITIVE_INFINITY) timer = setTimeout(resolve, pause);
      this.#wake = resolve;
    });
    clearTimeout(timer);
  }

  #leave(): void {
    const instance = this.#instance;
    instance.exchanges.delete(this);
    if (!instance.isShared || (instance.isRetired && instance.exchanges.size === 0)) instance.kill();
    // The others take over waking the program from this request. All of them, because any one may be lost.
    else if (instance.timers.pause < Number.POSITIVE_INFINITY) for (const other of instance.exchanges) other.wake();
  }

  #tell(what: Happening, first?: unknown, second?: unknown): void {
    const instance = this.#instance;
    if (!instance.end) instance.enter(this, () => instance.serve?.(this.id, what, first, second));
  }

  #answer(make: () => Response): void {
    if (this.#isDone) return;
    try {
      const response = make();
      this.#isAnswered = true;
      this.#resolve(response);
    } catch (error) {
      this.#fail(error);
    }
  }

  #answerBy(answer: Promise<unknown>): void {
    answer.then(
      (value) => {
        this.#isAnswered = true;
        this.#resolve(value);
        this.wake();
      },
      (error) => {
        this.#fail(error);
        this.wake();
      },
    );
  }

  /** Logs why there is no answer, unless Go has, and {@link #cut}s it. */
  #fail(error: unknown): void {
    const isSaid = this.#isAnswered || (error instanceof GowaspError && error.code === "panic");
    if (!isSaid) console.error("gowasp: a request was not answered:", error);
    this.#cut(error);
  }

  /** Ends it with an answer that says no more than that, or, if an answer has begun, with an error in the middle. */
  #cut(error: unknown): void {
    this.#isDone = true;
    this.#writer?.abort(error).catch(() => {});
    this.#writer = undefined;
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    try {
      this.#resolve(this.#task.failed(error));
    } catch (error) {
      this.#reject(error);
    }
  }
}

/** A stream for the announced number of bytes, or for any number. */
function bodyOf(length: number): TransformStream<Uint8Array, Uint8Array<ArrayBuffer>> {
  const { FixedLengthStream } = globalThis as {
    FixedLengthStream?: new (length: number) => TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>;
  };
  // Only workerd has it, and keeps to an announced length only with it.
  return FixedLengthStream && length >= 0 ? new FixedLengthStream(length) : new TransformStream();
}

function initOf(text: string): { status: number; headers: Headers } {
  const [status, ...fields] = text.split("\n");
  const headers = new Headers();
  for (let at = 0; at < fields.length; at += 2) headers.append(fields[at] as string, fields[at + 1] as string);
  return { status: Number(status), headers };
}

/**
 * Whether code that waits for a promise continues in its own request when another one fulfils it. In workerd it does
 * since the compatibility date 2024-10-14; before, it never does. No other platform keeps requests apart.
 */
const canWakeOthers =
  (globalThis as { Cloudflare?: { compatibilityFlags?: Record<string, boolean> } }).Cloudflare?.compatibilityFlags
    ?.handle_cross_request_promise_resolution !== false;
