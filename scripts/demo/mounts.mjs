// Where the demo's server shows what: one folder per way to start, see `routes` in www/src/routes.ts.

import { beforeManifest } from "./update.mjs";

/** Megabits per second that the page can ask for. */
const speeds = [10, 50];
/** Megabits per second of the update that the page shows. */
const updateSpeed = 10;

/**
 * The mounts for {@link import("../../npx/serve/server.mjs").serve}.
 *
 * @param {{ page: string, app: string, original: string, update?: string }} folders `update` as
 *   {@link import("./update.mjs").writeUpdate} writes it
 * @param {{ negotiate?: boolean }} [host] with `negotiate: false` nothing is sent compressed, as on a simple static host
 * @returns {import("../../npx/serve/server.mjs").Mount[]}
 */
export function demoMounts({ page, app, original, update }, { negotiate = true } = {}) {
  const routes = [
    { name: "app", folder: app, negotiate, store: true },
    { name: "static", folder: app, negotiate: false, store: true },
    { name: "cold", folder: app, negotiate, store: false },
    { name: "static-cold", folder: app, negotiate: false, store: false },
    { name: "original", folder: original, negotiate, store: false },
  ];
  const updates = update && {
    prefix: "/update/",
    folder: update,
    // A static host, and nothing in the browser but what the loader keeps.
    negotiate: false,
    store: false,
    megabits: updateSpeed,
    aliases: { "app.json?version=before": beforeManifest },
  };
  return [
    { prefix: "/", folder: page, negotiate },
    ...(updates ? [updates] : []),
    ...routes.map(({ name, ...rest }) => ({ prefix: `/${name}/`, ...rest })),
    ...speeds.flatMap((megabits) =>
      routes.map(({ name, ...rest }) => ({ prefix: `/${name}@${megabits}/`, ...rest, megabits })),
    ),
  ];
}
