import { GowaspError } from "../errors.js";
import type { FetchRequest, FetchResponse, WasmModule } from "../host/web.js";
import { Exchange, type ExecutionContext, type OwnAnswer } from "./exchange.js";
import { Instance } from "./instance.js";
import type { GoHandlerOptions } from "./options.js";

/** What a platform calls: for Cloudflare, the default export of the worker. */
export interface GoHandler {
  /** Answers a request; what goes wrong is an answer with the status 500 and a message on the console. */
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

  const handle = (original: unknown, env: unknown, context: ExecutionContext | undefined, own: OwnAnswer) => {
    const instance = instanceFor(env, context);
    const exchange = new Exchange(instance, original as Request, env, timeout, own);
    exchange.run(context);
    return exchange.outcome;
  };

  const byBinding =
    (name: "handleRequest" | "runScheduler" | "handleQueueMessageBatch", original: unknown): OwnAnswer =>
    ({ binding, isShared }) => {
      const answer = binding[name] as ((original: unknown) => Promise<unknown>) | undefined;
      if (!answer) return Promise.reject(new GowaspError("no-function", `the program serves nothing: no ${name}`));
      if (isShared) return Promise.reject(oneEach());
      return answer(original);
    };

  return {
    fetch: async (request, env, context) =>
      (await handle(request, env, context, byBinding("handleRequest", request))) as FetchResponse,
    scheduled: async (event, env, context) => {
      await handle(event, env, context, byBinding("runScheduler", event));
    },
    queue: async (batch, env, context) => {
      await handle(batch, env, context, byBinding("handleQueueMessageBatch", batch));
    },
  };
}

function oneEach(): GowaspError {
  return new GowaspError(
    "invalid-option",
    'programs of github.com/syumai/workers answer one request each: use instances: "request"',
  );
}
