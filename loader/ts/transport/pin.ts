import { GowaspError } from "../errors.js";
import { builtin, hasNodeModules } from "../host/node.js";
import type { Job } from "../job.js";
import { part } from "../late/part.js";
import { concat, shown } from "./http.js";

/** A hash that some bytes must have. */
export interface Pin {
  algorithm: "SHA-256" | "SHA-384" | "SHA-512";
  /** Lower-case hexadecimal digits. */
  hex: string;
  /** Who says so, for messages. */
  by: string;
}

/** One hash as in the `integrity` attribute of HTML (Subresource Integrity, section 3.5): the name, then base64. */
export const SRI = /^sha(256|384|512)-([A-Za-z0-9+/]+={0,2})$/;

/** The pin of the option `integrity`, which has been checked; its string as {@link Job.sri}. */
export function pinOf(sri: string | undefined): Pin | undefined {
  const [, bits, base64] = SRI.exec(sri ?? "") ?? [];
  if (bits === undefined || base64 === undefined) return undefined;
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return { algorithm: `SHA-${bits}` as Pin["algorithm"], hex: hexOf(bytes), by: "the option integrity" };
}

/**
 * Checks bytes against a pin.
 *
 * @throws {GowaspError} `integrity`, `unavailable`
 */
export async function checkPin(
  chunks: Uint8Array[],
  { algorithm, hex, by }: Pin,
  url: string,
  job: Job,
): Promise<void> {
  const got = await digest(chunks, algorithm, job);
  if (got === hex) return;
  throw new GowaspError(
    "integrity",
    `${shown(url)} has the ${algorithm} ${got}, ${by} says ${hex}; it was not run. Deploy what belongs together`,
  );
}

/**
 * By the browser, off the main thread, which takes all bytes at once. On a page without TLS there is none
 * (`crypto.subtle` exists in secure contexts only), and the package's own SHA-256 is loaded.
 */
async function digest(chunks: Uint8Array[], algorithm: Pin["algorithm"], job: Job): Promise<string> {
  // If a test runner imitates a page, there is Node's behind it.
  const subtle = globalThis.crypto?.subtle ?? (hasNodeModules && builtin("crypto")?.webcrypto.subtle);
  if (subtle) return hexOf(new Uint8Array(await subtle.digest(algorithm, concat(chunks))));
  return (await part("fallback")).sha256(chunks, algorithm, job);
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
