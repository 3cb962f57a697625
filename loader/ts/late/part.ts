import { GowaspError } from "../errors.js";
import type { Part } from "../options.js";
import { parts } from "./parts.js";

type Parts = { [Name in keyof typeof parts]: Awaited<ReturnType<(typeof parts)[Name]>> };

/** Parts that were imported up front. They hold no state, so one caller may give them for all. */
const given = new Map<string, Part>();

/** Takes parts that need not be imported any more. */
export function takeParts(some: readonly Part[]): void {
  for (const one of some) {
    if (given.get(one.part) === one) continue;
    given.set(one.part, one);
    one.takeParts?.(some);
  }
}

/**
 * A part of the loader that is imported when it is needed.
 *
 * @throws {GowaspError} `unavailable`
 */
export async function part<Name extends keyof Parts>(name: Name): Promise<Parts[Name]> {
  const found = given.get(name);
  if (found) return found as unknown as Parts[Name];
  try {
    return (await parts[name]()) as Parts[Name];
  } catch (cause) {
    throw new GowaspError(
      "unavailable",
      `${name}.js of this package could not be imported: ${(cause as Error).message}; serve it beside the bundle. Where ` +
        'nothing can be imported later, do it up front: import parts from "gowasp/parts", and the option use: parts',
      { cause },
    );
  }
}
