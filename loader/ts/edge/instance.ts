import { GowaspError } from "../errors.js";
import { GoHost } from "../go/host.js";
import { noSystem } from "../go/system.js";
import type { GoHandlerOptions } from "./options.js";
import { EdgeTimers } from "./timers.js";

/** What happens to an exchange, told to the program: see go/workers/serve.go. */
export enum Happening {
  Request,
  Entered,
  Chunk,
  Room,
  Gone,
}

type OnEvent = (id: number, what: Happening, first?: unknown, second?: unknown) => void;

/** What programs that are written for github.com/syumai/workers set. */
interface Binding {
  handleRequest?: (request: Request) => Promise<Response>;
  runScheduler?: (event: unknown) => Promise<void>;
  handleQueueMessageBatch?: (batch: unknown) => Promise<void>;
}

/** The longest environment in bytes: Go has room for 8 KiB, together with the arguments. */
const MOST_ENVIRONMENT = 6000;

/** A request that a program handles: what the program's side needs of an {@link "./exchange.js"}. */
export interface Handled {
  /** Makes its loop look again, wherever this is called from. */
  wake(): void;
  /** Gives it up if its loop has not run for long. */
  loseIfSilent(): void;
}

/** A running program, and the exchanges that it handles. */
export class Instance {
  /** What takes events of exchanges, once the program serves. */
  serve: OnEvent | undefined;
  readonly binding: Binding = {};
  /** The exchange on whose behalf the program runs; none if foreign JavaScript has entered it. */
  current: Handled | undefined;
  readonly exchanges = new Set<Handled>();
  /** Whether it takes no more requests, because it may be in a state that nobody intended. */
  isRetired = false;
  /** Whether it is ready for requests, in one of two ways. */
  isReady = false;
  /** What it has ended with, if it has. */
  end: Error | undefined;
  timers!: EdgeTimers;
  readonly #host: GoHost;
  readonly #instance: WebAssembly.Instance;
  #isRunning = false;

  /**
   * Instantiates the module; {@link run} must still be called.
   *
   * @param isShared whether several exchanges may run in it at a time
   * @throws {GowaspError} `instantiate`
   */
  constructor(
    module: WebAssembly.Module,
    options: GoHandlerOptions,
    env: unknown,
    context: unknown,
    readonly isShared: boolean,
  ) {
    const ready = (): void => {
      this.isReady = true;
    };
    const given = { env, ctx: context, binding: this.binding, ...options.context };
    this.#host = new GoHost(
      {
        name: "worker",
        args: options.args,
        env: options.env ?? variables(env),
        global: {
          context: given,
          tryCatch,
          gowaspWorkers: {
            serve: (onEvent: OnEvent) => {
              this.serve = onEvent;
              ready();
            },
          },
          ...options.global,
        },
      },
      {
        ...noSystem,
        timers: (wake) => {
          this.timers = new EdgeTimers(wake, () => (this.current ?? this.anyExchange)?.wake());
          return this.timers;
        },
      },
    );
    const { imports } = this.#host;
    const own = { gojs: imports, go: imports, workers: { ready } };
    try {
      this.#instance = new WebAssembly.Instance(module, { ...own, ...options.imports });
    } catch (cause) {
      const message = `the module could not be instantiated: ${(cause as Error).message}; is it built for GOOS=js?`;
      throw new GowaspError("instantiate", message, { cause });
    }
  }

  /** Runs the program up to its first wait, unless that has been done. */
  run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    // Not by a promise, which would belong to the request that created it.
    this.#host.start(this.#instance, {
      resolve: (code) =>
        this.over(this.#host.failure ?? new GowaspError("exited", `the program exited with code ${code}`)),
      reject: (error) => this.over(error),
    });
  }

  /** Runs something of the program on behalf of an exchange. */
  enter(exchange: Handled, work: () => void): void {
    const before = this.current;
    this.current = exchange;
    try {
      work();
    } catch (error) {
      this.over(error);
    } finally {
      this.current = before;
    }
  }

  /** One of them, which can wake the program for all. */
  get anyExchange(): Handled | undefined {
    return this.exchanges.values().next().value;
  }

  /** Notes that the program is over. */
  over(error: unknown): void {
    if (this.end) return;
    this.end = error instanceof Error ? error : new Error(String(error));
    this.isRetired = true;
    for (const exchange of this.exchanges) exchange.wake();
  }

  kill(): void {
    this.isRetired = true;
    this.#host.kill();
  }
}

/** What `github.com/syumai/workers` expects on the global object: a call whose exception is a result. */
function tryCatch(call: () => unknown): { result?: unknown; error?: unknown } {
  try {
    return { result: call() };
  } catch (error) {
    return { error };
  }
}

/** The bindings that are texts, the shortest first, as many as there is room for. */
function variables(env: unknown): Record<string, string> {
  const texts = Object.entries(env ?? {}).filter(([, value]) => typeof value === "string") as [string, string][];
  texts.sort(([, a], [, b]) => a.length - b.length);
  let size = 0;
  return Object.fromEntries(
    texts.filter(([name, value]) => {
      // A unit of UTF-16 is three bytes at most; there are an end and a pointer, too.
      size += 3 * (name.length + value.length) + 16;
      return size <= MOST_ENVIRONMENT;
    }),
  );
}
