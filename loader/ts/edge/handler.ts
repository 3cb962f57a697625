import { GowaspError } from "../errors.js";
import type { FetchRequest, FetchResponse, WasmModule } from "../host/web.js";
import { Exchange, type ExecutionContext, type Task } from "./exchange.js";
import { Instance } from "./instance.js";
import type { GoHandlerOptions } from "./options.js";

/** What a platform calls: for Cloudflare, the default export of the worker. */
export interface GoHandler {
  /** Answers a request. A failure is an answer with the status 500 and a message on the console. */
  fetch(request: FetchRequest, env?: unknown, context?: ExecutionContext): Promise<FetchResponse>;
  /** For programs with a task of github.com/syumai/workers/cloudflare/cron. */
  scheduled(event: unknown, env?: unknown, context?: ExecutionContext): Promise<void>;
  /** For programs with a consumer of github.com/syumai/workers/cloudflare/queues. */
  queue(batch: unknown, env?: unknown, context?: ExecutionContext): Promise<void>;
}

/**
 * Makes a handler for requests of a program that serves by the Go package `github.com/gowasp/gowasp/go/workers`, or by
 * `github.com/syumai/workers`.
 *
 * Nothing runs before the first request: platforms have neither timers nor random numbers until then.
 *
 * @example
 * import module from "./app.wasm";
 * export default goHandler(module, { instances: "shared" });
 * @throws {GowaspError} `invalid-option`
 */
export function goHandler(module: WasmModule, options: GoHandlerOptions = {}): GoHandler {
  const { instances = "request", timeout = 30_000 } = options;
  if (!((module as unknown) instanceof WebAssembly.Module)) {
    throw new GowaspError(
      "invalid-option",
      "goHandler wants a compiled module: import it, as the platform compiles it",
    );
  }
  if (instances !== "request" && instances !== "shared") {
    throw new GowaspError(
      "invalid-option",
      `instances is "request" or "shared", not ${String(instances).slice(0, 80)}`,
    );
  }
  if (!(timeout > 0)) throw new GowaspError("invalid-option", "timeout is a number of milliseconds");
  const isShared = instances === "shared";
  let kept: Instance | undefined;

  const instanceFor = (env: unknown, context: unknown): Instance => {
    if (kept && !kept.isRetired) return kept;
    const instance = new Instance(module as WebAssembly.Module, options, env, context, isShared);
    if (isShared) kept = instance;
    return instance;
  };

  const handle = (task: Task, env: unknown, context: ExecutionContext | undefined): Promise<unknown> => {
    const exchange = new Exchange(instanceFor(env, context), task, env, timeout);
    exchange.run(context);
    return exchange.outcome;
  };

  return {
    fetch: async (request, env, context) => (await handle(requestTask(request), env, context)) as FetchResponse,
    scheduled: async (event, env, context) => {
      await handle(eventTask(event, "runScheduler"), env, context);
    },
    queue: async (batch, env, context) => {
      await handle(eventTask(batch, "handleQueueMessageBatch"), env, context);
    },
  };
}

function requestTask(original: FetchRequest): Task {
  return {
    original,
    isRequest: true,
    answer: byBinding("handleRequest", original),
    failed: () => new Response("Internal Server Error\n", { status: 500 }),
  };
}

/** The platform is told of a failure, so that it can try again. */
function eventTask(original: unknown, name: keyof Instance["binding"]): Task {
  return {
    original: original as Request,
    isRequest: false,
    answer: byBinding(name, original),
    failed: (error) => {
      throw error;
    },
  };
}

/** Answers by a function that the program has set, as programs for syumai/workers do. */
function byBinding(name: keyof Instance["binding"], original: unknown): Task["answer"] {
  return async ({ binding, isShared }) => {
    const answer = binding[name] as ((original: unknown) => Promise<unknown>) | undefined;
    if (!answer) throw new GowaspError("no-function", `the program serves nothing of this kind: it has set no ${name}`);
    if (isShared) throw oneEach();
    return answer(original);
  };
}

function oneEach(): GowaspError {
  return new GowaspError(
    "invalid-option",
    'programs of github.com/syumai/workers answer one request each: use instances: "request"',
  );
}
