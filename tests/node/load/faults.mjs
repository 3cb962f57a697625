// Answers that go wrong as networks, proxies and servers do; for the servers of the tests in Node, in browsers, and for
// benchmarks. Each is `(request, response) => void`.

import { setTimeout as pause } from "node:timers/promises";

/** @typedef {import("./fixture.mjs").Answer} Answer */

/**
 * @typedef {object} Faults
 * @property {Record<string, string>} [headers]
 * @property {boolean} [ranges] whether parts of the file can be had
 * @property {string} [etag] sent with every answer, and compared with If-Range
 * @property {number[]} [cuts] offsets in the file at which the connection breaks, each once, in the order of the requests
 * @property {number} [every] the connection breaks after so many bytes of each answer
 * @property {number} [stall] an offset at which the first answer goes silent
 * @property {number} [bitsPerSecond] what the line carries
 */

/**
 * A file, on a line that breaks.
 *
 * @param {Uint8Array} bytes
 * @param {Faults} [faults]
 * @returns {Answer & { ranges: (string | undefined)[] }} with the Range headers that came
 */
export function file(bytes, { headers = {}, ranges = true, etag, cuts = [], every, stall, bitsPerSecond } = {}) {
  const left = [...cuts];
  /** @type {(string | undefined)[]} */
  const seen = [];
  const answer = async (
    /** @type {import("node:http").IncomingMessage} */ request,
    /** @type {import("node:http").ServerResponse} */ response,
  ) => {
    const { range, "if-range": condition } = request.headers;
    seen.push(range);
    const fits = ranges && range !== undefined && (condition === undefined || condition === etag);
    const from = fits ? Number(/^bytes=(\d+)-$/.exec(range)?.[1]) : 0;
    response.writeHead(fits ? 206 : 200, {
      "content-length": bytes.length - from,
      ...(etag && { etag }),
      ...(fits && { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
      ...headers,
    });
    const cut = left.length > 0 && left[0] > from ? left.shift() : undefined;
    const silent = stall !== undefined && seen.length === 1 ? stall : undefined;
    const end = Math.min(
      bytes.length,
      cut ?? Infinity,
      silent ?? Infinity,
      every === undefined ? Infinity : from + every,
    );
    await send(response, bytes.subarray(from, end), bitsPerSecond, cut === undefined ? 20 : 200);
    if (silent !== undefined) return;
    if (end === bytes.length) response.end();
    else if (cut === undefined) response.destroy();
    // Closed, not reset: what was sent arrives.
    else response.socket?.end();
  };
  return Object.assign(answer, { ranges: seen });
}

/**
 * Sends at the line's rate, in pieces of 20 ms, or all at once. Then it waits for so many ms: what is written should have arrived
 * before the connection is broken, since a browser need not hand over what a page has not read by then.
 */
async function send(response, bytes, bitsPerSecond, waitMs) {
  if (bitsPerSecond === undefined) {
    await new Promise((done) => response.write(bytes, () => setTimeout(done, waitMs)));
    return;
  }
  const start = performance.now();
  for (let at = 0; at < bytes.length && !response.destroyed; ) {
    const due = Math.min(bytes.length, Math.ceil((((performance.now() - start) / 1000) * bitsPerSecond) / 8) + 2048);
    if (due > at) response.write(bytes.subarray(at, due));
    at = Math.max(at, due);
    await pause(20);
  }
}

/** Answers with a status so many times, and then as `next` does. */
export function failing(
  /** @type {number} */ status,
  /** @type {number} */ times,
  /** @type {Answer} */ next,
  headers = {},
) {
  let left = times;
  return /** @type {Answer} */ (
    (request, response) => (left-- > 0 ? response.writeHead(status, headers).end() : next(request, response))
  );
}

/** Breaks the connection before it has answered, so many times. */
export function refusing(/** @type {number} */ times, /** @type {Answer} */ next) {
  let left = times;
  return /** @type {Answer} */ ((request, response) => (left-- > 0 ? response.destroy() : next(request, response)));
}

/** Sends elsewhere. */
export function redirect(/** @type {string} */ location) {
  return /** @type {Answer} */ ((_, response) => void response.writeHead(302, { location }).end());
}

/** Never answers. */
export function silent() {
  return /** @type {Answer} */ (() => {});
}
