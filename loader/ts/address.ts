import { GowaspError } from "./errors.js";
import { builtin, hasNodeModules, isPage } from "./node.js";

/**
 * The address that a caller means.
 *
 * @param source absolute, or relative to `base`; outside of pages, where there are files, also a path
 * @param base by default the page or the worker's script
 * @throws {GowaspError} `invalid-option`
 */
export function addressOf(source: string | URL, base?: string | URL): URL {
  // One letter and a colon is a drive on Windows.
  const isPath = hasNodeModules && !isPage && base === undefined && !/^[a-z][a-z+.-]+:/i.test(String(source));
  if (isPath) return builtin("url").pathToFileURL(String(source));
  try {
    return new URL(source, base ?? globalThis.document?.baseURI ?? globalThis.location?.href);
  } catch (cause) {
    throw new GowaspError(
      "invalid-option",
      `"${source}" is no address${base === undefined ? "; a relative one needs the option baseUrl here" : ` relative to ${base}`}`,
      { cause },
    );
  }
}
