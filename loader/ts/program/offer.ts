// What a program offers to JavaScript, by name.

import { part } from "../late/part.js";
import type { GoApp, LoadOptions } from "../options.js";

type Scope = GoApp["scope"];

/**
 * The names on `js.Global()` and the calls by name, of an app that has just been started.
 *
 * @param options among them `global`, whose names come first
 */
export function offers(
  { exports, exited }: Pick<GoApp, "exports" | "exited">,
  options: LoadOptions,
): Pick<GoApp, "scope" | "call"> {
  const scope = scopeOf(options);
  return {
    scope,
    call: async (name, ...args) => (await part("ready")).callByName({ exports, exited, scope }, name, args),
  };
}

/** What the program sees by name. */
export function scopeOf({ global: own = {} }: LoadOptions): Scope {
  const owner = (name: PropertyKey) => (Object.hasOwn(own, name) ? own : globalThis);
  return new Proxy(own, {
    get: (_, name) => Reflect.get(owner(name), name),
    set: (_, name, value) => Reflect.set(owner(name), name, value),
    has: (_, name) => Reflect.has(owner(name), name),
  }) as Scope;
}
