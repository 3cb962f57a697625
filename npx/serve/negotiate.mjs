// Chooses among the encoded files that lie beside a file.

/**
 * Content codings in the order they are preferred, by size, with the suffix of the file that holds each.
 * Registered names: IANA "HTTP Content Coding Registry".
 */
export const codings = /** @type {const} */ ([
  { name: "br", suffix: ".br" },
  { name: "zstd", suffix: ".zst" },
  { name: "gzip", suffix: ".gz" },
]);

/**
 * Which codings a client takes, best first (RFC 9110, section 12.5.3). `identity` is not listed: it always works here.
 *
 * @param {string | undefined} acceptEncoding the request's header
 * @returns {readonly { name: string, suffix: string }[]}
 */
export function acceptedCodings(acceptEncoding) {
  const weights = new Map((acceptEncoding ?? "").split(",").map(parsePart));
  const weight = (/** @type {string} */ name) => weights.get(name) ?? weights.get("*") ?? 0;
  return codings.filter(({ name }) => weight(name) > 0).sort((a, b) => weight(b.name) - weight(a.name));
}

/** @returns {[name: string, weight: number]} */
function parsePart(/** @type {string} */ part) {
  const [name = "", ...parameters] = part.trim().toLowerCase().split(";");
  const quality = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)).find(Boolean);
  return [name.trim(), quality ? Number(quality[1]) : 1];
}
