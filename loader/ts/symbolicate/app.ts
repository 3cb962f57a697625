// `app.symbolicate()` and the option `symbolicate` of `load()`.

import type { GoApp, LoadOptions } from "../options.js";
import { symbolsOf } from "../transport/manifest.js";
import type { ManifestFile } from "../transport/store.js";
import { type Program, parsed, programOf, sideCarAt, translated } from "./program.js";
import { errorsOf, textOf } from "./text.js";

/** What is known of a program that was loaded. */
export interface Origin {
  /** Its manifest, if it has one. */
  file?: ManifestFile | undefined;
}

type Options = Pick<LoadOptions, "allowOrigins" | "stallTimeout">;

/**
 * Translates a trace of a program that was loaded. Without a side-car the text stays as it is.
 *
 * @internal
 * @param trace an error, or a text
 * @throws {GowaspError} `network`, `http-status`, `manifest-invalid`, `integrity`, `unavailable`
 */
export async function symbolicateOf(origin: Origin, options: Options, trace: unknown): Promise<string> {
  const text = textOf(trace);
  const program = programAt(origin, options);
  return program ? translated(text, program, true) : text;
}

/**
 * Translates, in place, the stacks of what a program died of. What cannot be translated stays, and the console says why.
 *
 * @internal
 * @param failure what it died of, if anything
 */
export async function explain(origin: Origin, options: Options, failure: GoApp["failure"]): Promise<void> {
  const program = programAt(origin, options);
  if (!program) return;
  try {
    for (const error of errorsOf(failure)) error.stack = await translated(error.stack, program, true);
  } catch (error) {
    console.warn(`gowasp: what the program died of stays as it is: ${(error as Error).message}`);
  }
}

function programAt({ file }: Origin, { allowOrigins, stallTimeout = 30_000 }: Options): Program | undefined {
  if (!file) return undefined;
  // The loader has read it, so it is a manifest.
  const manifest = parsed(new TextEncoder().encode(file.text), file.url);
  const symbols = symbolsOf(manifest.symbols, file.url, allowOrigins);
  const fetch = (url: string) => globalThis.fetch(url, { signal: AbortSignal.timeout(stallTimeout) });
  return symbols && programOf(manifest, file.url, () => sideCarAt(symbols.url, symbols.sha256, fetch));
}
