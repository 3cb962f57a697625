import { addressOf } from "./address.js";

/**
 * Where a file of this package is.
 *
 * @param name the file's
 * @param chosen what the caller says, if anything
 * @param find returns its place next to the script that calls. Bundlers look for exactly `new URL("./…",
 * import.meta.url)`
 * @throws {GowaspError} `invalid-option`
 */
export async function placeOf(name: string, chosen: string | URL | undefined, find: () => URL): Promise<URL> {
  if (chosen !== undefined) return new URL(await addressOf(chosen));
  let url: URL;
  try {
    url = find();
  } catch {
    // A bundle that is no module does not know its own address.
    return new URL(await addressOf(name));
  }
  // Vite up to 7 moves the scripts of packages to `node_modules/.vite/deps` while it develops, and nothing of what is
  // next to them.
  const moved = /\/\.vite\/deps[^/]*\/(?=[^/]+$)/;
  return moved.test(url.pathname) ? new URL(url.href.replace(moved, "/gowasp/dist/")) : url;
}
