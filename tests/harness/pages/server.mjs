// A server for tests: each path is answered by a function, which may misbehave in any way; the package is at /gowasp/.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, join } from "node:path";
import { mediaType } from "../../../npx/serve/locate.mjs";
import { root } from "../../../scripts/paths.mjs";

/** @typedef {(request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) => void} Answer */

/** Lets pages compile WebAssembly, and nothing else that is not their own. */
export const strictPolicy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

/**
 * @typedef {object} TestServer
 * @property {string} url ends in `/`
 * @property {Map<string, Answer>} answers by path, e.g. `/app.json`; may be changed at any time
 * @property {string[]} requests the paths that were asked for, in order
 * @property {() => Promise<void>} close
 */

/**
 * @param {string} [policy] Content-Security-Policy of the empty page at `/`
 * @returns {Promise<TestServer>}
 */
export async function startServer(policy = strictPolicy) {
  /** @type {Map<string, Answer>} */
  const answers = new Map([["/", page(policy)]]);
  /** @type {string[]} */
  const requests = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://test").pathname;
    requests.push(path);
    const answer = answers.get(path) ?? (path.startsWith("/gowasp/") ? packageFile : notFound);
    answer(request, response);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}/`,
    answers,
    requests,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/**
 * An answer of fixed bytes.
 *
 * @param {string | Uint8Array} body
 * @param {string} type
 * @param {Record<string, string>} [headers]
 * @returns {Answer}
 */
export function bytes(body, type, headers = {}) {
  return (_, response) => {
    response.writeHead(200, { "Content-Type": type, "Content-Length": Buffer.byteLength(body), ...headers }).end(body);
  };
}

/** @type {Answer} */
export function notFound(_, response) {
  response.writeHead(404, { "Content-Type": "text/html" }).end("<!doctype html><title>Not found</title>");
}

/** @type {(policy: string) => Answer} */
const page = (policy) =>
  bytes("<!doctype html><title>test</title>", "text/html", { "Content-Security-Policy": policy });

/** @type {Answer} */
function packageFile(request, response) {
  const name = basename(request.url ?? "");
  readFile(join(root, "dist", name)).then(
    (body) => bytes(body, mediaType(name))(request, response),
    () => notFound(request, response),
  );
}
