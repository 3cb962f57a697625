/**
 * Where a file of this package is. Vite up to 7 moves the scripts of packages to `node_modules/.vite/deps` while it
 * develops, and nothing of what lies beside them.
 *
 * @param url where it would be, beside the script that asks for it
 */
export function whereItWas(url: URL): URL {
  const moved = /\/\.vite\/deps[^/]*\/(?=[^/]+$)/;
  return moved.test(url.pathname) ? new URL(url.href.replace(moved, "/gowasp/dist/")) : url;
}
