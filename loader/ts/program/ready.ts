// Functions that a program offers by name, and waiting for them. Loaded when a caller asks for it.

import { GowaspError } from "../errors.js";
import { HOST_EXPORTS } from "../go/host-exports.js";
import { encodeUtf8 } from "../go/strings.js";
import { hasNodeModules } from "../host/node.js";
import type { Job } from "../job.js";
import type { GoApp, LoadOptions } from "../options.js";
import { scopeOf } from "./offer.js";

export { takeParts } from "../late/part.js";
export const part = "ready";

type Scope = GoApp["scope"];
type IsReady = (scope: Scope) => boolean;

/**
 * How to tell that a program is ready. To be called before it begins: what another program left under the name does not
 * count.
 *
 * @param options those that it is going to run with; for `true`, what Go's `gowasp.Ready` calls is added to them
 */
export function readiness(options: LoadOptions, ready: true | string | IsReady): IsReady {
  if (ready === true) return whenCalled(options);
  if (typeof ready !== "string") return ready;
  const before = scopeOf(options)[ready];
  return (scope) => scope[ready] !== undefined && !(typeof before === "function" && scope[ready] === before);
}

/** What the Go package calls, see go/ready.go. */
const HOOK = "gowaspReady";

/** Whether the program has called {@link HOOK}, which only it sees, in front of the caller's own names. */
function whenCalled(options: LoadOptions): IsReady {
  let isReady = false;
  const hook = (): void => {
    isReady = true;
  };
  const own = (options.global ?? {}) as Scope;
  options.global = new Proxy({} as Scope, {
    getOwnPropertyDescriptor: (_, name) =>
      name === HOOK || Object.hasOwn(own, name) ? { configurable: true, writable: true } : undefined,
    get: (_, name) => (name === HOOK ? hook : Reflect.get(own, name)),
    set: (_, name, value) => Reflect.set(own, name, value),
    deleteProperty: (_, name) => Reflect.deleteProperty(own, name),
  });
  return () => isReady;
}

/**
 * Waits until the program is ready. Nothing signals that it sets a name, so this polls, often at first, then a hundred
 * times a second.
 *
 * @throws {GowaspError} `exited` when it ends before; `aborted`, `invalid-option` when the function throws, and then
 *   the program is killed
 */
export async function untilReady(
  { scope, kill }: Pick<GoApp, "scope" | "kill">,
  exited: Promise<number>,
  isReady: IsReady,
  job: Job,
): Promise<void> {
  let ended: GowaspError | undefined;
  let wake = () => {};
  const end = (how: string, cause?: unknown) => {
    ended = new GowaspError("exited", `the program ended${how} before it was ready`, { cause });
    wake();
  };
  exited.then(
    (code) => end(` with code ${code}`),
    (cause) => end("", cause),
  );
  // When Node has nothing left to do, the program has either just become ready, or never will.
  const idle = () => wake();
  if (hasNodeModules) process.on("beforeExit", idle);
  try {
    for (let pause = 0; !asked(isReady, scope, kill); pause = Math.min(pause + 1, LONGEST)) {
      if (ended) throw ended;
      await new Promise<void>((resolve) => {
        wake = resolve;
        const timer = setTimeout(resolve, pause) as number | { unref(): void };
        // Polling must not keep Node from finding out that the program waits in vain.
        if (typeof timer === "object" && pause === LONGEST) timer.unref();
      });
      if (job.signal.aborted) kill();
      job.check();
    }
  } finally {
    if (hasNodeModules) process.off("beforeExit", idle);
  }
}

/** Milliseconds between two polls. */
const LONGEST = 10;

function asked(isReady: IsReady, scope: Scope, kill: () => void): boolean {
  try {
    return isReady(scope);
  } catch (cause) {
    kill();
    throw new GowaspError("invalid-option", `the option ready threw: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Calls a function that the program exports or has set on `js.Global()`, and waits for its answer.
 *
 * @throws {GowaspError} `no-function`; `exited` when the program ends before it has answered
 */
export async function callByName(
  { exports, exited, scope }: Pick<GoApp, "exports" | "exited" | "scope">,
  name: string,
  args: unknown[],
): Promise<unknown> {
  // Only programs for GOOS=js export these to their host; in others, `run` is a function of their own.
  const isHosts = Object.hasOwn(exports, "getsp") && HOST_EXPORTS.includes(name);
  const own = Object.hasOwn(exports, name) && !isHosts;
  const found = own ? exports[name] : scope[name];
  if (typeof found !== "function") {
    throw new GowaspError("no-function", `the program offers no function ${String(name).slice(0, 80)}`);
  }
  const ended = (how: string, cause?: unknown) =>
    new GowaspError("exited", `the program ended${how} before ${name} had answered`, { cause });
  let over: GowaspError | undefined;
  const end = exited.then(
    (code) => {
      over = ended(` with code ${code}`);
      throw over;
    },
    (cause) => {
      over = ended("", cause);
      throw over;
    },
  );
  // The function may throw before anybody waits for that.
  end.catch(() => {});
  const { given, takeBack } = own ? lend(exports, args) : { given: args, takeBack: () => {} };
  const answer = await Promise.race([found(...given), end]);
  if (!over) takeBack();
  // A function of a killed program returns without doing anything.
  if (over) throw over;
  return answer;
}

type Exports = Record<string, unknown>;

/**
 * Puts strings and bytes where a function of `//go:wasmexport` can read them; it gets an address and a length for each.
 * The program provides the memory by `gowasp_alloc`, and gets it back by `gowasp_free`, if it exports that.
 *
 * @throws {GowaspError} `no-function`
 */
function lend(exports: Exports, args: unknown[]): { given: unknown[]; takeBack: () => void } {
  const functions = exports as Record<string, ((value: number) => number) | undefined>;
  // TinyGo exports the second ones by itself.
  const { gowasp_alloc: alloc = functions.malloc, gowasp_free: free = functions.free } = functions;
  const data = args.map((one) =>
    typeof one === "string" ? encodeUtf8(one) : one instanceof Uint8Array ? one : undefined,
  );
  if (data.every((one) => one === undefined)) return { given: args, takeBack() {} };
  if (!alloc) {
    throw new GowaspError(
      "no-function",
      "strings and bytes can be passed to functions of //go:wasmexport by a program that exports gowasp_alloc",
    );
  }
  const places = data.map((bytes) => bytes && alloc(bytes.length) >>> 0);
  // Not before: allocating may grow the memory.
  const { buffer } = (exports.memory ?? exports.mem) as WebAssembly.Memory;
  const given = args.flatMap((one, at) => {
    const [bytes, place] = [data[at], places[at]];
    if (!bytes || place === undefined) return [one];
    new Uint8Array(buffer, place, bytes.length).set(bytes);
    return [place, bytes.length];
  });
  return {
    given,
    takeBack: () => {
      for (const place of places) if (place !== undefined) free?.(place);
    },
  };
}
