// A small module that needs no host functions, with its manifest, to be deployed rightly or wrongly.

import { createHash } from "node:crypto";
import { brotliCompressSync, constants } from "node:zlib";

/**
 * Bytes of a valid module: one exported function `answer` that returns 42, and ballast in a custom section, which
 * makes the module large enough for an encoded file to be worth a request.
 *
 * Built by hand after the core specification's binary format; every number below 128 is its own LEB128.
 *
 * @param {number} [ballast] bytes
 * @returns {Buffer}
 */
export function answerModule(ballast = 300_000) {
  const section = (/** @type {number} */ id, /** @type {number[]} */ ...content) => [id, content.length, ...content];
  const name = [...Buffer.from("answer")];
  const code = Buffer.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, 1, 0x60, 0, 1, 0x7f), // type: () -> i32
    ...section(3, 1, 0), // function 0 has type 0
    ...section(7, 1, name.length, ...name, 0x00, 0), // export it
    ...section(10, 1, 4, 0, 0x41, 42, 0x0b), // body: i32.const 42; end
  ]);
  const label = Buffer.from([3, ...Buffer.from("pad")]);
  // Compresses about three to one: neither empty nor noise.
  const filling = Buffer.alloc(ballast);
  for (let at = 0, state = 1; at < ballast; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    filling[at] = (state >>> 16) & 7;
  }
  return Buffer.concat([code, Buffer.from([0]), leb128(label.length + ballast), label, filling]);
}

/** Unsigned LEB128. */
function leb128(/** @type {number} */ value) {
  const out = [];
  for (; value > 127; value >>>= 7) out.push((value & 127) | 128);
  return Buffer.from([...out, value]);
}

/** Brotli at a low quality. */
export function brotli(/** @type {Uint8Array} */ input) {
  return brotliCompressSync(input, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
}

/**
 * The manifest of a module at `app.wasm` and its brotli file at `app.wasm.br`.
 *
 * @param {Buffer} raw
 * @param {Buffer} [br]
 * @param {object} [changes] fields of `module` that are to be wrong
 * @returns {string} JSON
 */
export function manifestOf(raw, br, changes = {}) {
  const file = (/** @type {string} */ url, /** @type {Buffer} */ body) => ({
    url,
    size: body.length,
    sha256: sha256(body),
  });
  const encodings = br ? { br: file("app.wasm.br", br) } : {};
  return JSON.stringify({
    format: 1,
    generator: "gowasp 0.1.0",
    name: "app",
    go: null,
    abi: "none",
    module: { ...file("app.wasm", raw), encodings, ...changes },
    symbols: null,
    passes: [],
    stripped: [],
  });
}

const sha256 = (/** @type {Buffer} */ body) => createHash("sha256").update(body).digest("hex");
