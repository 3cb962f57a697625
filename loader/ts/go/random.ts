// crypto.getRandomValues refuses more (Web Cryptography API, section 10.1.1).
const LIMIT = 65_536;

/** Fills an array of any length with random bytes. */
export function fillRandom(target: Uint8Array<ArrayBuffer>): void {
  for (let at = 0; at < target.length; at += LIMIT) crypto.getRandomValues(target.subarray(at, at + LIMIT));
}
