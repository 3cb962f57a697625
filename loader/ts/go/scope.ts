/**
 * The names a Go program finds on `js.Global()`.
 *
 * `js.Global()` is the real global object, so that identity (`js.Global().Equal(window)`), receivers (`fetch` and
 * `setTimeout` insist on theirs), `instanceof`, and whatever page and program set for each other work. A proxy or a
 * derived object would break each of these. Only a few names are different: those that Go's standard library expects
 * there as its operating system (`fs`, `process`, `path`) and those that the embedder adds belong to the program. They
 * are looked up here first, written here, and never touch the real global object.
 */
export class GlobalScope {
  readonly #layers: readonly Record<string, unknown>[];

  /** @param layers objects whose own properties hide those of the global object; the first that has a name serves it */
  constructor(layers: readonly object[]) {
    this.#layers = layers as readonly Record<string, unknown>[];
  }

  /** The object that serves `name`: a layer, or the global object itself. */
  owner(name: string): Record<string, unknown> {
    for (const layer of this.#layers) {
      if (Object.hasOwn(layer, name)) return layer;
    }
    return globalThis as unknown as Record<string, unknown>;
  }
}
