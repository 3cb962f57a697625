// Workers: those of the web, and Node's.

import { builtin, hasNodeModules } from "../host/node.js";

/** What is used of a worker, whosever it is. */
export interface Thread {
  onmessage: ((event: MessageEvent) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  /**
   * Called when it has ended by itself, with the error that ended it, if one did. Workers of the web never end by
   * themselves.
   */
  onended?: (code: number, error: unknown) => void;
  postMessage(message: unknown): void;
  terminate(): unknown;
}

/** Whether there are any. */
export function hasThreads(): boolean {
  return typeof Worker === "function" || (hasNodeModules && builtin("worker_threads")?.Worker !== undefined);
}

/**
 * Starts a worker.
 *
 * @param url its script, which imports nothing
 * @throws what the host throws if it does not let the worker start
 */
export async function startThread(url: URL): Promise<Thread> {
  if (typeof Worker !== "function") return nodeThread(url);
  // A worker's script must come from the page's own origin; a sandboxed page has none, and no modules in its workers.
  const foreign = /^https?:/.test(url.protocol) && globalThis.origin !== undefined && url.origin !== globalThis.origin;
  if (!foreign) return new Worker(allowed(url.href), { type: "module" });
  copies[url.href] ??= copyOf(url);
  try {
    return new Worker(allowed((await copies[url.href]) as string));
  } catch (error) {
    delete copies[url.href];
    throw error;
  }
}

/** Scripts of other origins, as addresses of this one; there is one, or one for each place that was named. */
const copies: Record<string, Promise<string>> = {};

async function copyOf(url: URL): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} was answered with status ${response.status}`);
  return URL.createObjectURL(new Blob([await response.text()], { type: "text/javascript" }));
}

function nodeThread(url: URL): Thread {
  const { Worker } = builtin("worker_threads");
  const worker = new Worker(url);
  const thread: Thread = {
    onmessage: null,
    onmessageerror: null,
    onerror: null,
    postMessage: (message) => worker.postMessage(message),
    terminate: () => worker.terminate(),
  };
  worker.on("message", (data) => thread.onmessage?.({ data } as MessageEvent));
  worker.on("messageerror", () => thread.onmessageerror?.({} as MessageEvent));
  let uncaught: unknown;
  worker.on("error", (error) => {
    uncaught = error;
  });
  worker.on("exit", (code) => thread.onended?.(code, uncaught));
  return thread;
}

/** An address as the page's policies want it; TypeScript does not know Trusted Types. */
function allowed(address: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: PolicyFactory };
  try {
    policy ??= trustedTypes?.createPolicy("gowasp", { createScriptURL: (address) => address });
  } catch {
    // The page does not allow this policy. If it enforces any, the worker's constructor says so.
  }
  return policy?.createScriptURL(address) ?? address;
}

interface Policy {
  createScriptURL(address: string): string;
}
interface PolicyFactory {
  createPolicy(name: string, rules: Policy): Policy;
}

let policy: Policy | undefined;
