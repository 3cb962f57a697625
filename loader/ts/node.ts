// Node's own modules, imported so that bundlers for the browser do not see them.

/** What the loader uses of Node. */
interface NodeModules {
  fs: typeof import("node:fs");
  "fs/promises": typeof import("node:fs/promises");
  path: typeof import("node:path");
  zlib: typeof import("node:zlib");
  url: typeof import("node:url");
}

/** Whether Node's modules are there: in Node itself, Deno and Bun. */
export const isNode: boolean =
  typeof globalThis.process?.versions?.node === "string" && !("window" in globalThis && "document" in globalThis);

/** One of Node's modules. */
export function nodeModule<Name extends keyof NodeModules>(name: Name): Promise<NodeModules[Name]> {
  return import(/* webpackIgnore: true */ /* @vite-ignore */ `node:${name}`);
}
