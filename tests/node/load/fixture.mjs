// Small modules, their manifests, and servers that behave as told: what the tests of load() run against.

import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { after } from "node:test";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** SHA-256 as manifests write it. */
export const sha256 = (/** @type {Uint8Array} */ bytes) => createHash("sha256").update(bytes).digest("hex");

/** Brotli, quickly. */
export const brotli = (/** @type {Uint8Array} */ bytes) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 3, [constants.BROTLI_PARAM_LGWIN]: 24 } });

/**
 * A module without imports that exports `answer`, which returns 42, and `memory`; a custom section makes it large.
 *
 * @param {number} [padding] bytes of the custom section, which compress to about half
 */
export function answerModule(padding = 200_000) {
  const sections = [
    [1, [1, 0x60, 0, 1, 0x7f]], // types: () -> i32
    [3, [1, 0]], // functions: one, of type 0
    [5, [1, 0, 1]], // memory: one page
    [7, [2, 6, ...text("answer"), 0, 0, 6, ...text("memory"), 2, 0]], // exports
    [10, [1, 4, 0, 0x41, 42, 0x0b]], // code: i32.const 42
  ];
  let state = 1;
  const noise = Array.from({ length: padding }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 28;
  });
  return wasm([...sections, [0, [3, ...text("pad"), ...noise]]]);
}

/** A module that imports a function `env.give` and a memory `env.memory` of at least two pages. */
export function importingModule() {
  return wasm([
    [1, [1, 0x60, 0, 1, 0x7f]],
    [2, [2, 3, ...text("env"), 4, ...text("give"), 0, 0, 3, ...text("env"), 6, ...text("memory"), 2, 0, 2]],
    [7, [2, 4, ...text("give"), 0, 0, 6, ...text("memory"), 2, 0]],
  ]);
}

function wasm(/** @type {[number, number[]][]} */ sections) {
  const body = sections.flatMap(([id, bytes]) => [id, ...leb(bytes.length), ...bytes]);
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...body]);
}

function leb(/** @type {number} */ value) {
  const bytes = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return [...bytes, value];
}

const text = (/** @type {string} */ string) => [...Buffer.from(string)];

/**
 * The manifest of a module and the files it names, as `gowasp pack` would write them.
 *
 * @param {Uint8Array} module
 * @param {object} [changes] replaces fields of the manifest
 */
export function packed(module, changes = {}) {
  const encoded = { br: brotli(module), gzip: gzipSync(module) };
  const entry = (/** @type {string} */ url, /** @type {Uint8Array} */ bytes) => ({
    url,
    size: bytes.length,
    sha256: sha256(bytes),
  });
  const manifest = {
    format: 1,
    generator: "gowasp 0.1.0",
    name: "app",
    go: null,
    abi: "none",
    module: {
      ...entry("app.wasm", module),
      encodings: { br: entry("app.wasm.br", encoded.br), gzip: entry("app.wasm.gz", encoded.gzip) },
    },
    symbols: null,
    passes: [],
    stripped: [],
    ...changes,
  };
  return { manifest, module, br: encoded.br, gzip: encoded.gzip };
}

/**
 * @typedef {(request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) => void} Answer
 */

/** Answers with the whole body and its length. */
export function whole(/** @type {Uint8Array | string} */ body, headers = {}) {
  return /** @type {Answer} */ (
    (_, response) => response.writeHead(200, { "content-length": Buffer.byteLength(body), ...headers }).end(body)
  );
}

/** Answers with a body and then neither ends nor closes. */
export function endless(/** @type {Uint8Array | string} */ body, headers = {}) {
  return /** @type {Answer} */ ((_, response) => void response.writeHead(200, headers).write(body));
}

/** Announces the whole body, sends its first half and breaks the connection. */
export function broken(/** @type {Uint8Array} */ body, headers = {}) {
  return /** @type {Answer} */ (
    (_, response) => {
      response.writeHead(200, { "content-length": body.length, ...headers });
      response.write(body.subarray(0, body.length / 2), () => response.destroy());
    }
  );
}

/** What a wasm response says of itself. */
export const WASM = { "content-type": "application/wasm" };
/** The same, brotli on the way. */
export const WASM_BR = { ...WASM, "content-encoding": "br" };
const JSON_TYPE = { "content-type": "application/json" };

/** The routes of a host that negotiates. */
export function negotiating(/** @type {ReturnType<typeof packed>} */ { manifest, br }) {
  return { "/app.json": whole(JSON.stringify(manifest), JSON_TYPE), "/app.wasm": whole(br, WASM_BR) };
}

/** The routes of a host that sends files as they are. */
export function plain(/** @type {ReturnType<typeof packed>} */ { manifest, module, br, gzip }) {
  return {
    "/app.json": whole(JSON.stringify(manifest), JSON_TYPE),
    "/app.wasm": whole(module, WASM),
    "/app.wasm.br": whole(br),
    "/app.wasm.gz": whole(gzip),
  };
}

/**
 * A server on a free port, closed after the tests.
 *
 * @param {Record<string, Answer>} routes by path; everything else is 404
 */
export async function serve(routes) {
  /** @type {string[]} */
  const requests = [];
  /** @type {Set<object>} */
  const answering = new Set();
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    requests.push(path);
    answering.add(response);
    response.on("close", () => answering.delete(response));
    const answer = routes[path.replace(/\?.*/, "")];
    if (answer) answer(request, response);
    else response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${port}`,
    /** Paths in the order in which they were asked for. */
    requests,
    /** Answers that are still being sent. */
    async busy() {
      // A client that goes away is noticed a moment later.
      for (let wait = 0; wait < 100 && answering.size > 0; wait++)
        await new Promise((resolve) => setTimeout(resolve, 10));
      return answering.size;
    },
  };
}
