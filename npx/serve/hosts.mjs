// Which names this server answers to. A page of another site whose name resolves to this machine (DNS rebinding) would else be
// of the same origin as what is served here.

import { isIP } from "node:net";

/**
 * @param {string | undefined} header the request's `Host`
 * @param {string[]} allowed names beside this machine's own
 */
export function isOurName(header, allowed) {
  if (header === undefined) return false;
  const name = hostname(header);
  // Whoever asks by address has not been led here by a name.
  return name === "localhost" || isIP(name.replace(/^\[|\]$/g, "")) !== 0 || allowed.includes(name);
}

function hostname(/** @type {string} */ header) {
  try {
    return new URL(`http://${header}`).hostname;
  } catch {
    return "";
  }
}
