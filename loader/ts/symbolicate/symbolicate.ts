/** Go's names, files and lines in stack traces of optimized programs: `gowasp/symbolicate`. */

import { GowaspError } from "../errors.js";
import { bytesAt, mayHoldFrames, type Program, parsed, programOf, sideCarAt, translated } from "./program.js";
import { textOf } from "./text.js";

export { explain, symbolicateOf } from "./app.js";
export const part = "symbolicate";

/** What `symbolicate()` may be told. */
export interface SymbolicateOptions {
  /** Fetches manifest and side-car; the global one by default. */
  fetch?: (url: string) => Promise<Response>;
  /**
   * The trace is surely of the build that the manifest names: frames of Safari, which have no offset, get the names of
   * their functions.
   */
  sameBuild?: boolean;
}

/** By address of the manifest: fetched when first asked for, and again if that failed. */
const programs = new Map<string, Promise<Program>>();

/**
 * Translates a stack trace of a program that `gowasp pack` wrote, or Go's own traceback of one that was packed with `--strip`.
 * Frames that are no calls of this build stay as they are.
 *
 * @param trace an error, whose causes are translated as well, or a text
 * @param manifest address of `app.json`, absolute or relative to the page
 * @returns the text with Go's names, files and lines; what Go inlined has lines of its own
 * @throws {GowaspError} `network`, `http-status`, `manifest-invalid`, `integrity`, `unavailable`
 * @example
 * window.addEventListener("error", async ({ error }) => report(await symbolicate(error, "/app/app.json")));
 */
export async function symbolicate(
  trace: unknown,
  manifest: string | URL,
  options: SymbolicateOptions = {},
): Promise<string> {
  const text = textOf(trace);
  // Nothing is fetched for a trace without frames of WebAssembly or Go.
  if (!mayHoldFrames(text)) return text;
  const url = new URL(manifest, globalThis.location?.href).href;
  let known = programs.get(url);
  if (!known) {
    known = programAt(url, options);
    programs.set(url, known);
    known.catch(() => programs.delete(url));
  }
  return translated(text, await known, !!options.sameBuild);
}

/**
 * Hands each error that reaches the page, or the worker, to a function, with its stack translated: errors that nobody caught, and
 * promises that were rejected and that nobody waits for.
 *
 * @param manifest as for `symbolicate()`
 * @param report is given the text, which is the stack as it is if it cannot be translated, and the error
 * @returns a function that stops it
 */
export function watchErrors(
  manifest: string | URL,
  report: (text: string, error: unknown) => void,
  options: SymbolicateOptions = {},
): () => void {
  const listen = async (event: Event) => {
    const { error, reason } = event as Event & { error?: unknown; reason?: unknown };
    const thrown = error ?? reason;
    report(await symbolicate(thrown, manifest, options).catch(() => textOf(thrown)), thrown);
  };
  const types = ["error", "unhandledrejection"];
  for (const type of types) globalThis.addEventListener(type, listen);
  return () => {
    for (const type of types) globalThis.removeEventListener(type, listen);
  };
}

async function programAt(url: string, { fetch = globalThis.fetch }: SymbolicateOptions): Promise<Program> {
  const manifest = parsed(await bytesAt(url, fetch), url);
  const { module, symbols } = manifest ?? {};
  if (manifest?.format !== 1 || typeof module?.url !== "string" || typeof symbols?.url !== "string") {
    const where = symbols?.url === undefined ? ": its side-car is kept elsewhere; use `gowasp symbolicate`" : "";
    throw new GowaspError("manifest-invalid", `${url} names no side-car${where}`);
  }
  const { protocol, href } = new URL(symbols.url, url);
  // A manifest from the network must not make a server read its own files.
  if (protocol === "file:" && !url.startsWith(protocol)) {
    throw new GowaspError("manifest-invalid", `${url} names a side-car on this machine`);
  }
  const sha256 = typeof symbols.sha256 === "string" ? symbols.sha256 : undefined;
  return programOf(manifest, url, () => sideCarAt(href, sha256, fetch));
}
