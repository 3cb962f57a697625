// What an import asks for: `./app.wasm?gowasp`, `./cmd/app?gowasp&goos=wasip1&flags=-tags%3Dpro`.

import { existsSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import type { Goos, GowaspOptions } from "./options.js";

/** A program as somebody imports it. */
export interface Request {
  /** The module's name for the bundler. */
  id: string;
  /** Absolute: a `.wasm` file, or the folder of a Go package. */
  path: string;
  /** For file names; safe in a URL. */
  name: string;
  goos: Goos;
  /** Of `go build`. */
  flags: readonly string[];
}

/** Begins the names of modules that are nobody's file. Rollup's convention keeps other plugins from them. */
const PREFIX = "\0gowasp:";

/** The imports that {@link idOf} knows. */
export const isOurs = (specifier: string) => /[?&]gowasp(&|$)/.test(specifier);

/** The modules that {@link requestOf} knows. */
export const isOurModule = (id: string) => id.startsWith(PREFIX);

/**
 * @param specifier as it is written, or what an alias made of it
 * @param importer the file that it is written in
 * @param root the project's folder, which bundlers take `/` for
 * @returns the module's name, or undefined where the import is not for this plugin
 */
export function idOf(
  specifier: string,
  importer: string | undefined,
  root: string,
  options: GowaspOptions,
): string | undefined {
  if (!isOurs(specifier)) return undefined;
  const at = specifier.indexOf("?");
  const path = specifier.slice(0, at);
  if (!isAbsolute(path) && !/^\.\.?(\/|$)/.test(path)) return undefined;
  const query = new URLSearchParams(specifier.slice(at));
  const from = importer === undefined ? root : dirname(importer.replace(/[?#].*$/, ""));
  const absolute = isAbsolute(path) && !existsSync(path) ? join(root, path) : resolve(from, path);
  const own = new URLSearchParams({ goos: query.get("goos") ?? options.goos ?? "js" });
  for (const flag of query.getAll("flags")) own.append("flags", flag);
  return `${PREFIX}${absolute}?${own}`;
}

/** @throws {Error} where the import asks for what there is not */
export function requestOf(id: string, options: GowaspOptions): Request {
  const at = id.lastIndexOf("?");
  const path = id.slice(PREFIX.length, at);
  const query = new URLSearchParams(id.slice(at));
  const goos = query.get("goos");
  if (goos !== "js" && goos !== "wasip1") throw new Error(`${path}: goos must be js or wasip1, not ${goos}`);
  const flags = [...(options.flags ?? []), ...query.getAll("flags")];
  return { id, path, name: nameOf(path), goos, flags };
}

/** What `gowasp pack` takes as an app's name. */
function nameOf(path: string): string {
  const safe = basename(path, ".wasm").replace(/[^\w.-]/g, "-");
  return /^\w/.test(safe) ? safe : `app${safe}`;
}
