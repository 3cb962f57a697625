// From a request's path to a file inside the folder that is served, and never outside it.

import { realpath, stat } from "node:fs/promises";
import { extname, join, sep } from "node:path";

/** Media types of what a Go page is made of. `application/wasm` takes no parameters: engines compare it literally. */
const mediaTypes = new Map([
  [".css", "text/css; charset=utf-8"],
  [".html", "text/html; charset=utf-8"],
  [".ico", "image/x-icon"],
  [".js", "text/javascript; charset=utf-8"],
  [".json", "application/json; charset=utf-8"],
  [".map", "application/json; charset=utf-8"],
  [".mjs", "text/javascript; charset=utf-8"],
  [".png", "image/png"],
  [".svg", "image/svg+xml"],
  [".txt", "text/plain; charset=utf-8"],
  [".wasm", "application/wasm"],
]);

/** The type to send a file with; of unknown ones a browser shall not guess. */
export const mediaType = (/** @type {string} */ path) =>
  mediaTypes.get(extname(path).toLowerCase()) ?? "application/octet-stream";

/**
 * @typedef {object} FoundFile
 * @property {string} path
 * @property {number} size in bytes
 * @property {string} tag changes whenever the file does
 */

/**
 * Finds a regular file; a folder stands for its `index.html`.
 *
 * @param {string} folder
 * @param {string} urlPath still percent-encoded, below the folder's mount point
 * @returns {Promise<FoundFile | undefined>} nothing when there is none, or it lies outside the folder
 */
export async function locate(folder, urlPath) {
  const relative = decode(urlPath);
  if (relative === undefined || isHidden(relative)) return undefined;
  return fileInside(
    folder,
    join(folder, relative.endsWith("/") || relative === "" ? join(relative, "index.html") : relative),
  );
}

/**
 * @param {string} folder
 * @param {string} path a file's, perhaps
 * @returns {Promise<FoundFile | undefined>} nothing when there is no regular file, or it lies outside the folder
 */
export async function fileInside(folder, path) {
  try {
    const info = await stat(path);
    // Symbolic links are followed by the system, so the check is made on what they lead to.
    if (!info.isFile() || !(await isInside(folder, path))) return undefined;
    return { path, size: info.size, tag: `${info.size.toString(36)}-${Math.trunc(info.mtimeMs).toString(36)}` };
  } catch {
    return undefined;
  }
}

function decode(/** @type {string} */ urlPath) {
  try {
    const path = decodeURIComponent(urlPath);
    return path.includes("\0") || path.includes("\\") ? undefined : path;
  } catch {
    return undefined;
  }
}

/** Names that begin with a dot are settings, histories, secrets; `.well-known` is there to be served (RFC 8615). */
function isHidden(/** @type {string} */ path) {
  return path.split("/").some((name) => name.startsWith(".") && name !== ".well-known");
}

async function isInside(/** @type {string} */ folder, /** @type {string} */ path) {
  const [base, target] = await Promise.all([realpath(folder), realpath(path)]);
  // What a link inside of the folder leads to is hidden by its own name.
  return target.startsWith(base + sep) && !isHidden(target.slice(base.length + 1).replaceAll(sep, "/"));
}
