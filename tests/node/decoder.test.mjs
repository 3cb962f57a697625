// The Rust decoder as JavaScript sees it, and what the package weighs.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { brotliCompressSync, constants } from "node:zlib";
import { bindings } from "../../scripts/paths.mjs";
import { answerModule, brotli, sha256 } from "./load/fixture.mjs";

const { default: init, DecodeFailure, StreamDecoder, StreamHash } = await import(`${bindings}/decoder/decoder.js`);

const dist = (name) => readFileSync(new URL(`../../dist/${name}`, import.meta.url));

before(() => init({ module_or_path: dist("decoder_bg.wasm") }));

function decode(file, expected, chunk = 10_000) {
  const decoder = new StreamDecoder(expected);
  const pieces = [];
  try {
    for (let at = 0; at < file.length; at += chunk) {
      decoder.push(file.subarray(at, at + chunk));
      for (let piece = decoder.pull(); piece.length > 0; piece = decoder.pull()) pieces.push(piece);
    }
    decoder.finish();
    return pieces;
  } finally {
    decoder.free();
  }
}

describe("decoder", () => {
  test("hands out bounded pieces that make up the whole", () => {
    const bytes = answerModule(1_000_000);
    const pieces = decode(brotli(bytes), bytes.length, Number.POSITIVE_INFINITY);
    assert.ok(pieces.length > 3);
    assert.ok(pieces.every(({ length }) => length <= 256 * 1024));
    assert.ok(Buffer.concat(pieces).equals(bytes));
  });

  test("names what is wrong", () => {
    const file = brotli(answerModule(1000));
    const size = answerModule(1000).length;
    const cases = {
      truncated: [file.subarray(0, 20), size],
      "too-large": [file, size - 1],
      "too-small": [file, size + 1],
      trailing: [Buffer.concat([file, file]), size],
      corrupt: [Buffer.from("<!doctype html>"), size],
    };
    for (const [code, [bytes, expected]] of Object.entries(cases)) {
      assert.throws(
        () => decode(bytes, expected),
        (error) => error instanceof DecodeFailure && error.code === code && error.message.length > 10,
        code,
      );
    }
  });

  test("takes nonsense for a size as no bytes at all", () => {
    for (const size of [Number.NaN, -1, Number.NEGATIVE_INFINITY]) {
      assert.throws(() => decode(brotli(answerModule(10)), size), { code: "too-large" });
    }
  });

  test("hashes in pieces", () => {
    const bytes = answerModule(5000);
    const hash = new StreamHash();
    hash.update(bytes.subarray(0, 1234));
    hash.update(bytes.subarray(1234));
    assert.equal(hash.hex(), sha256(bytes));
    hash.free();
  });
});

describe("download size, brotli 11", () => {
  const weight = (...names) =>
    names
      .map((name) => brotliCompressSync(dist(name), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length)
      .reduce((sum, size) => sum + size, 0);

  for (const part of ["fs", "tinygo", "wasip1", "workers"]) {
    test(`${part} stays below 6 kB`, () => assert.ok(weight(`${part}.js`) < 6_000, String(weight(`${part}.js`))));
  }
  test("the loader stays below 12 kB", () => assert.ok(weight("index.js") < 12_000, String(weight("index.js"))));
  test("the worker's script, which holds all, stays below 32 kB", () =>
    assert.ok(weight("worker.js") < 32_000, String(weight("worker.js"))));
  test("what decodes where the browser does not stays below 110 kB", () => {
    const size = weight("fallback.js", "decoder_bg.wasm");
    assert.ok(size < 110_000, String(size));
  });
});
