// What a program offers to JavaScript, by name.

import { part } from "../late/part.js";
import type { GoApp, LoadOptions } from "../options.js";
import type { Loaded } from "../transport/loaded.js";

type Scope = GoApp["scope"];

/**
 * The names on `js.Global()`, the calls by name and the translation of traces, of an app that has just been started.
 *
 * @param options among them `global`, whose names come first
 * @param loaded what was started
 */
export function offers(
  { exports, exited }: Pick<GoApp, "exports" | "exited">,
  options: LoadOptions,
  loaded: Loaded,
): Pick<GoApp, "scope" | "call" | "symbolicate"> {
  const scope = scopeOf(options);
  return {
    scope,
    call: async (name, ...args) => (await part("ready")).callByName({ exports, exited, scope }, name, args),
    symbolicate: async (trace) => (await part("symbolicate")).symbolicateOf(loaded, options, trace),
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
