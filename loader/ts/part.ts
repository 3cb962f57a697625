import { GowaspError } from "./errors.js";
import { parts } from "./parts.js";

type Parts = typeof parts;

/**
 * A part of the loader that is loaded when it is needed.
 *
 * @throws {GowaspError} `unavailable`
 */
export async function part<Name extends keyof Parts>(name: Name): Promise<Awaited<ReturnType<Parts[Name]>>> {
  try {
    return (await parts[name]()) as Awaited<ReturnType<Parts[Name]>>;
  } catch (cause) {
    throw new GowaspError(
      "unavailable",
      `${name}.js of this package could not be loaded: ${(cause as Error).message}; serve it beside the bundle`,
      { cause },
    );
  }
}
