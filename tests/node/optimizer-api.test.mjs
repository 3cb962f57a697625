// `gowasp/optimizer`: the library, with the same results as the native program.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { brotliDecompressSync, gzipSync } from "node:zlib";
import { brotli, check, inspect, OptimizerError, optimize } from "gowasp/optimizer";
import { gowaspBinary, root } from "../../scripts/paths.mjs";
import { built, withoutGo } from "./load/programs.mjs";

describe("bad input", () => {
  const cases = /** @type {const} */ ([
    ["nothing", new Uint8Array(), /empty/],
    ["HTML", Buffer.from("<!doctype html><title>Not found</title>"), /HTML/],
    ["gzip", gzipSync("x"), /gzip/],
    ["a component", Buffer.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]), /component/],
    ["text", Buffer.from("package main\n"), /not a WebAssembly module/],
    ["a gigabyte of zeros", new Uint8Array(2 ** 30), /not a WebAssembly module/],
    ["a module cut short", Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 9]), /unexpected end/],
  ]);
  for (const [name, bytes, message] of cases) {
    test(`${name} is named, by optimize, inspect and check, and later calls work`, async () => {
      for (const work of [optimize, inspect, check]) {
        await assert.rejects(work(bytes), (error) => {
          assert.ok(error instanceof OptimizerError);
          assert.equal(error.stage, "read");
          assert.equal(typeof error.offset, "number");
          assert.equal(typeof error.hint, "string");
          assert.match(error.message, message);
          return true;
        });
      }
    });
  }

  test("arguments of other types are a TypeError", async () => {
    await assert.rejects(optimize(/** @type {any} */ ("app.wasm")), TypeError);
    await assert.rejects(optimize(emptyModule, /** @type {any} */ ({ prefers: "raw" })), TypeError);
    await assert.rejects(brotli(emptyModule, { quality: 12 }), TypeError);
  });

  test("a pass that does not exist is named, with those that do", async () => {
    await assert.rejects(optimize(emptyModule, { skip: ["nothing"] }), ({ message, hint }) => {
      assert.match(message, /nothing/);
      assert.match(hint, /merge-data/);
      return true;
    });
  });
});

test("a listener that throws does not disturb", async () => {
  const onStage = () => {
    throw new Error("mine");
  };
  const { wasm } = await optimize(emptyModule, {}, { onStage });
  assert.deepEqual([...wasm], [...emptyModule]);
});

test("brotli can be stopped, and says how far it is", async () => {
  const bytes = readFileSync(join(root, "dist/encoder_bg.wasm"));
  /** @type {number[]} */
  const shares = [];
  const { encoding, bytes: packed } = await brotli(bytes, { quality: 4, onProgress: (share) => shares.push(share) });
  assert.equal(encoding, "br");
  assert.deepEqual(brotliDecompressSync(packed), bytes);
  assert.equal(shares.at(-1), 1);
  const reason = new Error("enough");
  await assert.rejects(brotli(bytes, { signal: AbortSignal.abort(reason) }), reason);
  const stop = new AbortController();
  const onProgress = () => stop.abort(reason);
  await assert.rejects(brotli(bytes, { onProgress, signal: stop.signal }), reason);
});

describe("a Go program", { skip: withoutGo }, () => {
  /** @type {string} */
  let folder;
  /** @type {Buffer} */
  let input;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "gowasp-api-"));
    input = readFileSync(built("echo"));
    writeFileSync(join(folder, "echo.wasm"), input);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const native = (/** @type {string[]} */ ...args) => execFileSync(gowaspBinary, args, { cwd: folder, stdio: "pipe" });

  test("module, report, manifest and symbols are those of the native program", async () => {
    native("pack", "echo.wasm", "-o", "app", "--encodings", "br", "--brotli", "5", "--quiet");
    /** @type {string[]} */
    const stages = [];
    const optimized = await optimize(input, {}, { onStage: (name) => stages.push(name) });
    assert.deepEqual([stages[0], stages.at(-1)], ["read", "check"]);
    assert.ok(stages.includes("lift-functions"));
    assert.equal(optimized.report.input.toolchain, "Go");
    assert.equal(optimized.report.after.raw, optimized.wasm.length);
    const files = optimized.pack("echo", [await brotli(optimized.wasm, { quality: 5 })]);
    assert.equal(files.at(-1)?.name, "app.json");
    for (const { name, bytes } of files) {
      assert.ok(readFileSync(join(folder, "app", name)).equals(bytes), `${name} differs from the native program's`);
    }
    assert.throws(() => optimized.pack("echo", []), TypeError);
  });

  test("inspect says what the native program says", async () => {
    // Whose the bytes are is for the command alone (docs/inspect.md).
    const { attribution, ...others } = JSON.parse(native("inspect", "echo.wasm", "--json").toString());
    assert.ok(attribution.bytes > 0);
    assert.deepEqual(await inspect(input), others);
  });

  test("check says what the native program says", async () => {
    const ids = ["cloudflare-workers", "browser"];
    const args = ["check", "echo.wasm", "--json", ...ids.flatMap((id) => ["--platform", id])];
    const [theirs] = JSON.parse(native(...args).toString()).subjects;
    const ours = await check(input, { platforms: ids, name: "echo.wasm" });
    for (const field of /** @type {const} */ (["verdict", "files", "totals", "advice"])) {
      assert.deepEqual(ours[field], theirs[field]);
    }
    const sorted = (/** @type {object[]} */ checks) => checks.map((one) => JSON.stringify(one)).sort();
    assert.deepEqual(sorted(ours.checks), sorted(theirs.checks));
  });

  test("out of memory is an error that names the native program, and so is every later call", async () => {
    // The package as it is, with an optimizer that may have no more than 32 MiB.
    const dist = join(folder, "dist");
    cpSync(join(root, "dist"), dist, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    const binary = join(dist, "optimizer_bg.wasm");
    writeFileSync(binary, withMaximum(readFileSync(binary), 512));
    const limited = await import(pathToFileURL(join(dist, "optimize.js")).href);
    await assert.rejects(limited.optimize(input), ({ stage, message, hint, cause }) => {
      assert.equal(stage, "memory");
      assert.match(message, /too large/);
      assert.match(hint, /native program/);
      return cause instanceof WebAssembly.RuntimeError;
    });
    await assert.rejects(limited.inspect(emptyModule), ({ stage, message, hint }) => {
      assert.equal(stage, "fault");
      assert.match(message, /has stopped before: the module is too large/);
      return /new worker/.test(hint);
    });
  });
});

const emptyModule = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/**
 * A module whose memory may grow to so many pages only. Sections are a byte, their size, and content; a memory without a
 * maximum is 0 and its pages (core specification, binary format).
 */
function withMaximum(/** @type {Buffer} */ wasm, /** @type {number} */ pages) {
  const memorySection = 5;
  for (let at = emptyModule.length; at < wasm.length; ) {
    const [size, content] = leb128(wasm, at + 1);
    if (wasm[at] === memorySection) {
      assert.deepEqual([...wasm.subarray(content, content + 2)], [1, 0], "one memory, no maximum");
      const limits = [1, 1, ...wasm.subarray(content + 2, content + size), (pages & 127) | 128, pages >> 7];
      return Buffer.concat([
        wasm.subarray(0, at),
        Buffer.from([5, limits.length, ...limits]),
        wasm.subarray(content + size),
      ]);
    }
    at = content + size;
  }
  throw new Error("there is no memory section");
}

/** @returns {[value: number, end: number]} */
function leb128(/** @type {Buffer} */ bytes, /** @type {number} */ at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value |= (byte & 127) << shift;
    if (byte < 128) return [value, at];
  }
}
