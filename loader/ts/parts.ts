// The parts of the loader that a program needs at times only. A page fetches them when it does; where nothing may be
// imported later (service workers, extensions), they are imported up front and given in the option `use`.

import { GowaspError } from "./errors.js";
import type { DecoderPart } from "./parts/decoder.js";
import type { RemotePart } from "./parts/remote.js";

/** The parts by name. */
export interface Parts {
  /** Brotli and SHA-256 where the host has none. */
  decoder: DecoderPart;
  /** The page's side of `worker: true`. */
  remote: RemotePart;
}

/** A part for the option `use`: what `gowasp/decoder` or another entry of its kind exports. */
export type Part = Parts[keyof Parts];

/** How a build of the loader gets the parts that were not given. */
export type PartSource = { readonly [Name in keyof Parts]?: () => Promise<{ readonly default: Parts[Name] }> };

/**
 * A part.
 *
 * @param given those that were imported up front
 * @throws {GowaspError} `unavailable` when it can neither be found there nor imported
 */
export async function findPart<Name extends keyof Parts>(
  name: Name,
  given: readonly Part[],
  source: PartSource,
): Promise<Parts[Name]> {
  const found = given.find(({ part }) => part === name);
  if (found) return found as Parts[Name];
  try {
    const module = await source[name]?.();
    if (module) return module.default;
  } catch (cause) {
    throw missing(name, (cause as Error).message, cause);
  }
  throw missing(name, "it is not in this build of the loader");
}

function missing(name: string, message: string, cause?: unknown): GowaspError {
  return new GowaspError(
    "unavailable",
    `the loader's part ${name} could not be imported: ${message}; ` +
      `where nothing can be imported later, do it up front: import ${name} from "gowasp/${name}", and pass use: [${name}]`,
    { cause },
  );
}
