// Node's own modules, imported so that no bundler sees them. Deno, Bun and workerd (with nodejs_compat) have some of
// them as well.

/** What the loader uses of Node. */
interface NodeModules {
  crypto: typeof import("node:crypto");
  fs: typeof import("node:fs");
  "fs/promises": typeof import("node:fs/promises");
  path: typeof import("node:path");
  url: typeof import("node:url");
  util: typeof import("node:util");
  worker_threads: typeof import("node:worker_threads");
  zlib: typeof import("node:zlib");
}

/** Whether Node's modules are available: Node 20.16 and later, Deno, Bun, Electron windows with Node integration. */
export const hasNodeModules: boolean = typeof globalThis.process?.getBuiltinModule === "function";

/** One of Node's modules, if {@link hasNodeModules}; undefined if the host has only others. */
export function builtin<Name extends keyof NodeModules>(name: Name): NodeModules[Name] {
  return globalThis.process.getBuiltinModule(`node:${name}`) as NodeModules[Name];
}
