// Where the demo's server shows what: one folder per way to start, see `routes` in www/src/routes.ts.

/** Megabits per second that the page can ask for. */
const speeds = [10, 50];

/**
 * The mounts for {@link import("../../npx/serve/server.mjs").serve}.
 *
 * @param {{ page: string, app: string, original: string }} folders
 * @param {{ negotiate?: boolean }} [host] with `negotiate: false` nothing is sent compressed, as on a simple static host
 * @returns {import("../../npx/serve/server.mjs").Mount[]}
 */
export function demoMounts({ page, app, original }, { negotiate = true } = {}) {
  const routes = [
    { name: "app", folder: app, negotiate, store: true },
    { name: "static", folder: app, negotiate: false, store: true },
    { name: "cold", folder: app, negotiate, store: false },
    { name: "static-cold", folder: app, negotiate: false, store: false },
    { name: "original", folder: original, negotiate, store: false },
  ];
  return [
    { prefix: "/", folder: page, negotiate },
    ...routes.map(({ name, ...rest }) => ({ prefix: `/${name}/`, ...rest })),
    ...speeds.flatMap((megabits) =>
      routes.map(({ name, ...rest }) => ({ prefix: `/${name}@${megabits}/`, ...rest, megabits })),
    ),
  ];
}
