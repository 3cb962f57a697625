// Enough of the Cache API for the loader; Node has none.

/** A CacheStorage in memory: caches by name, bodies by address. */
export class MemoryCaches {
  stores = new Map();
  async has(name) {
    return this.stores.has(name);
  }
  async delete(name) {
    return this.stores.delete(name);
  }
  async open(name) {
    const bodies = this.stores.get(name) ?? new Map();
    this.stores.set(name, bodies);
    return {
      async match(key) {
        const body = bodies.get(key);
        return body && new Response(body, { headers: { "content-type": "application/wasm" } });
      },
      async put(key, response) {
        bodies.set(key, await response.arrayBuffer());
      },
      keys: async () => [...bodies.keys()].map((url) => ({ url })),
      delete: async ({ url }) => bodies.delete(url),
    };
  }
  /** What modules are stored, as [cache, address]. */
  get entries() {
    const keys = [...this.stores].flatMap(([name, bodies]) => [...bodies.keys()].map((key) => [name, key]));
    return keys.filter(([, key]) => key.includes("gowasp-sha256"));
  }
}
