import { builtin, hasNodeModules } from "../host/node.js";
import { isPage } from "../host/page.js";
import { part } from "../late/part.js";

/**
 * The address that a caller means.
 *
 * @param source absolute, or relative to `base`; outside of pages, where there are files, also a path
 * @param base by default the page or the worker's script
 * @throws {GowaspError} `invalid-option`
 */
export async function addressOf(source: string | URL, base?: string | URL): Promise<string> {
  // One letter and a colon is a drive on Windows.
  const isPath = hasNodeModules && !isPage && base === undefined && !/^[a-z][a-z+.-]+:/i.test(String(source));
  if (isPath) return builtin("url").pathToFileURL(String(source)).href;
  try {
    const url = new URL(source, base ?? globalThis.document?.baseURI ?? globalThis.location?.href);
    if (!url.username && !url.password) return url.href;
  } catch {}
  throw (await part("refusal")).wrongAddress(base);
}
