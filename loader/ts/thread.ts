// Workers: those of the web, and Node's.

import { builtin, hasNodeModules } from "./node.js";

/** What is used of a worker, whosever it is. */
export interface Thread {
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(message: unknown): void;
  terminate(): unknown;
}

/**
 * Starts a worker.
 *
 * @param url its script, a module that imports nothing
 * @throws what the host throws where it does not let it start
 */
export function startThread(url: URL): Thread {
  if (typeof Worker === "function") return new Worker(script(url), { type: "module" });
  if (hasNodeModules && builtin("worker_threads")?.Worker) return nodeThread(url);
  throw new Error("this host has no workers");
}

function nodeThread(url: URL): Thread {
  const { Worker } = builtin("worker_threads");
  const worker = new Worker(url);
  const thread: Thread = {
    onmessage: null,
    onerror: null,
    postMessage: (message) => worker.postMessage(message),
    terminate: () => worker.terminate(),
  };
  worker.on("message", (data) => thread.onmessage?.({ data } as MessageEvent));
  worker.on("error", (error) => thread.onerror?.(error as unknown as ErrorEvent));
  // After an end that was told before, nobody listens any more.
  worker.on("exit", (code) => thread.onerror?.({ message: `it ended with code ${code}` } as ErrorEvent));
  return thread;
}

/** The address as the page's policies and origin allow it; TypeScript does not know Trusted Types. */
function script(url: URL): string {
  const { location, trustedTypes } = globalThis as typeof globalThis & { trustedTypes?: PolicyFactory };
  // A worker's script must come from the page's own origin; what that script imports need not.
  const foreign = /^https?:/.test(url.protocol) && location !== undefined && url.origin !== location.origin;
  const allowed = foreign
    ? URL.createObjectURL(new Blob([`import ${JSON.stringify(url.href)};`], { type: "text/javascript" }))
    : url.href;
  try {
    policy ??= trustedTypes?.createPolicy("gowasp", { createScriptURL: (address) => address });
  } catch {
    // The page does not allow this policy. If it enforces any, the worker's constructor says so.
  }
  return policy?.createScriptURL(allowed) ?? allowed;
}

interface Policy {
  createScriptURL(address: string): string;
}
interface PolicyFactory {
  createPolicy(name: string, rules: Policy): Policy;
}

let policy: Policy | undefined;
