// What `gowasp/symbolicate` does where it cannot translate; tests/node/debug.test.mjs has what it translates.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deflateSync } from "node:zlib";
import { symbolicate, watchErrors } from "../../dist/symbolicate.js";

const TRACE = "Error: x\n    at wasm://wasm/1:wasm-function[12]:0x1040\n";
const module = { url: "app.0123456789abcdef.wasm", encodings: {} };
const manifest = { format: 1, module, symbols: { url: "app.symbols" } };

/** No files, no names, sixteen empty columns. */
const EMPTY = deflateSync(new Uint8Array(20)).toString("base64");

let count = 0;

/** Translates with these files, each an object for JSON, a text, or a status. A site of its own, since programs are kept. */
async function translate(/** @type {Record<string, unknown>} */ files, trace = TRACE) {
  const base = `https://${++count}.example/`;
  const fetch = async (/** @type {string} */ url) => {
    const file = files[url.slice(base.length)];
    if (file === undefined) throw new TypeError("offline");
    if (typeof file === "number") return new Response("", { status: file });
    return new Response(typeof file === "string" ? file : JSON.stringify(file));
  };
  return symbolicate(trace, `${base}app.json`, { fetch });
}

describe("symbolicate", () => {
  test("frames of functions that the side-car does not know stay", async () => {
    const files = { "app.json": manifest, "app.symbols": { format: 2, codeStart: 4096, positions: EMPTY } };
    assert.equal(await translate(files), TRACE);
  });

  test("nothing is fetched for a trace without WebAssembly", async () => {
    const error = new Error("plain");
    assert.equal(await symbolicate(error, "https://nowhere.invalid/app.json"), error.stack);
    assert.equal(await symbolicate(undefined, "https://nowhere.invalid/app.json"), "undefined");
  });

  for (const { what, code, files } of [
    { what: "no answer", code: "network", files: {} },
    { what: "no manifest", code: "http-status", files: { "app.json": 404 } },
    { what: "a page instead of a manifest", code: "manifest-invalid", files: { "app.json": "<html>" } },
    { what: "null", code: "manifest-invalid", files: { "app.json": "null" } },
    {
      what: "a side-car kept elsewhere",
      code: "manifest-invalid",
      files: { "app.json": { ...manifest, symbols: {} } },
    },
    {
      what: "another side-car",
      code: "integrity",
      files: { "app.json": { ...manifest, symbols: { url: "app.symbols", sha256: "00" } }, "app.symbols": "{}" },
    },
    {
      what: "a side-car of another format",
      code: "manifest-invalid",
      files: { "app.json": manifest, "app.symbols": { format: 1 } },
    },
    {
      what: "a damaged side-car",
      code: "manifest-invalid",
      files: { "app.json": manifest, "app.symbols": { format: 2, codeStart: 1, positions: "AAAA" } },
    },
    {
      what: "a side-car that is cut off",
      code: "manifest-invalid",
      files: {
        "app.json": manifest,
        "app.symbols": { format: 2, codeStart: 1, positions: deflateSync(new Uint8Array(9)).toString("base64") },
      },
    },
  ]) {
    test(`${what} is ${code}`, () => assert.rejects(translate(files), { name: "GowaspError", code }));
  }

  test("errors that reach the page are handed on, translated or not", async () => {
    const target = new EventTarget();
    const own = { addEventListener: globalThis.addEventListener, removeEventListener: globalThis.removeEventListener };
    globalThis.addEventListener = target.addEventListener.bind(target);
    globalThis.removeEventListener = target.removeEventListener.bind(target);
    try {
      const fetch = () => Promise.reject(new TypeError("offline"));
      const { promise, resolve } = /** @type {PromiseWithResolvers<string>} */ (withResolvers());
      const stop = watchErrors("https://watched.example/app.json", resolve, { fetch });
      const error = Object.assign(new Error("x"), { stack: TRACE });
      target.dispatchEvent(Object.assign(new Event("error"), { error }));
      assert.equal(await promise, TRACE);
      stop();
    } finally {
      Object.assign(globalThis, own);
    }
  });
});

/** Promise.withResolvers, which Node 20 lacks. */
function withResolvers() {
  /** @type {(value: string) => void} */
  let resolve = () => {};
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
