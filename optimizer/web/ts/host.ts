// What Node and browsers do differently: reading a file of this package, and threads.

const isNode =
  typeof globalThis.process?.versions?.node === "string" && !("window" in globalThis && "document" in globalThis);

/** What is used of Node. */
interface NodeModules {
  "fs/promises": typeof import("node:fs/promises");
  worker_threads: typeof import("node:worker_threads");
}

/** One of Node's modules, imported so that bundlers for the browser do not see it. */
function nodeModule<Name extends keyof NodeModules>(name: Name): Promise<NodeModules[Name]> {
  return import(/* webpackIgnore: true */ /* @vite-ignore */ `node:${name}`);
}

/** A file of this package in the form that the bindings take: Node's fetch does not read files. */
export async function besideThisFile(url: URL): Promise<URL | Uint8Array> {
  const isFile = isNode && url.protocol === "file:";
  return isFile ? (await nodeModule("fs/promises")).readFile(url) : url;
}

/** A worker that is told one thing and answers, maybe more than once. */
export interface Thread<Message> {
  post(message: unknown): void;
  onMessage(receive: (message: Message) => void): void;
  onError(fail: (error: Error) => void): void;
  end(): void;
}

/** Starts `encoder-worker.js` of this package. */
export async function startEncoder<Message>(): Promise<Thread<Message>> {
  if (isNode) {
    const { Worker } = await nodeModule("worker_threads");
    const worker = new Worker(new URL("./encoder-worker.js", import.meta.url));
    return {
      post: (message) => worker.postMessage(message),
      onMessage: (receive) => worker.on("message", receive),
      onError: (fail) => worker.on("error", fail),
      end: () => void worker.terminate(),
    };
  }
  // Bundlers look for exactly this.
  const worker = new Worker(new URL("./encoder-worker.js", import.meta.url), { type: "module" });
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (receive) => worker.addEventListener("message", ({ data }) => receive(data)),
    onError: (fail) =>
      worker.addEventListener("error", ({ message }) => fail(new Error(message ?? "its script did not load"))),
    end: () => worker.terminate(),
  };
}

/** The other end of a {@link Thread}. */
export interface Port<Message> {
  post(message: unknown): void;
  onMessage(receive: (message: Message) => void): void;
}

/** What this worker was started by. */
export async function parentPort<Message>(): Promise<Port<Message>> {
  if (isNode) {
    const { parentPort: port } = await nodeModule("worker_threads");
    if (!port) throw new Error("this script belongs into a worker");
    return { post: (message) => port.postMessage(message), onMessage: (receive) => port.on("message", receive) };
  }
  return {
    post: (message) => globalThis.postMessage(message),
    onMessage: (receive) => globalThis.addEventListener("message", ({ data }) => receive(data)),
  };
}
