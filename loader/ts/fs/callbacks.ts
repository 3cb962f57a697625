import type { FsCallback } from "../go/file-system.js";

/** Gives each function of `prototype` that is named `…Sync` its twin in `files`, which calls back. */
export function addCallbacks(files: object, prototype: object): void {
  const all = files as Record<string, (...args: unknown[]) => unknown>;
  for (const name of Object.getOwnPropertyNames(prototype).filter((name) => name.endsWith("Sync"))) {
    const work = (...args: unknown[]) => {
      const done = args.pop() as FsCallback;
      let answer: unknown;
      try {
        answer = all[name]?.(...args);
      } catch (error) {
        done(error as Error);
        return;
      }
      done(null, answer);
    };
    Object.defineProperty(files, name.slice(0, -4), { value: work, configurable: true, writable: true });
  }
}
