// The ways this page can be started, one per row of its table. The demo's server has a folder for each.

/** A way to start: what the host does, and what the browser has kept. */
export interface Route {
  key: string;
  label: string;
  how: string;
  /** The cache that the module is expected in, on a visit that is not the first. */
  keptIn: "http-cache" | "cache-api" | undefined;
  /** Whether the server can slow it down. */
  throttled: boolean;
  /** The server's folder, see the mounts in scripts/demo/site.mjs. */
  folder: string;
  /** The loader's own cache of decoded modules. */
  cache: boolean;
}

export const routes: readonly Route[] = [
  {
    key: "original",
    label: "As Go built it, first visit",
    how: "brotli by the server, not optimized",
    folder: "original",
    keptIn: undefined,
    throttled: true,
    cache: false,
  },
  {
    key: "first",
    label: "Packed, first visit",
    how: "brotli by the server, compiled while it arrives",
    folder: "cold",
    keptIn: undefined,
    throttled: true,
    cache: false,
  },
  {
    key: "repeat",
    label: "Packed, next visit",
    how: "the browser’s HTTP cache and compiled code",
    folder: "app",
    keptIn: "http-cache",
    throttled: false,
    cache: true,
  },
  {
    key: "static",
    label: "Static host, first visit",
    how: "no Content-Encoding: brotli decoded in wasm, as it arrives",
    folder: "static-cold",
    keptIn: undefined,
    throttled: true,
    cache: false,
  },
  {
    key: "static-repeat",
    label: "Static host, next visit",
    how: "the decoded module from the Cache API",
    folder: "static",
    keptIn: "cache-api",
    throttled: false,
    cache: true,
  },
];

/** What the page's address asks for. */
export interface Choice {
  route: Route;
  /** Megabits per second; 0 is not slowed down. */
  speed: number;
  /** Whether a row's button was pressed, rather than the page opened. */
  asked: boolean;
}

/** Reads `?start=…&speed=…`; without one it is the ordinary way, which uses what the browser has. */
export function choose(query: URLSearchParams): Choice {
  const asked = routes.find(({ key }) => key === query.get("start"));
  const ordinary = routes.find(({ key }) => key === "repeat") as Route;
  const speed = Number(query.get("speed"));
  return { route: asked ?? ordinary, speed: [10, 50].includes(speed) ? speed : 0, asked: asked !== undefined };
}

/** Where the manifest of a choice is. */
export function manifestUrl({ route, speed }: Choice): string {
  return `${route.folder}${route.throttled && speed > 0 ? `@${speed}` : ""}/app.json`;
}
