/**
 * A program's own object in front of `base`, which other programs and the page may also have: what the program sets is
 * found here, and `base` stays as it is.
 *
 * Methods that `base` inherits are bound to it, because they may need the real receiver: a class with private fields,
 * or `process`, which holds its own listeners.
 */
export function ownView<T extends object>(base: T): T {
  // Nothing can be assigned to a module's namespace, nor to what inherits from it.
  const isNamespace = (base as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] === "Module";
  const view = Object.create(isNamespace ? { ...base } : base);
  let from = Object.getPrototypeOf(base);
  for (; from !== null && from !== Object.prototype; from = Object.getPrototypeOf(from)) {
    for (const name of Object.getOwnPropertyNames(from)) {
      if (name === "constructor" || Object.hasOwn(base, name) || Object.hasOwn(view, name)) continue;
      const value = (base as Record<string, unknown>)[name];
      define(view, name, typeof value === "function" ? value.bind(base) : value);
    }
  }
  return view;
}

/** Gives `target` a property of its own that can be set again, whatever it inherits under this name. */
export function define(target: object, name: PropertyKey, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
}
