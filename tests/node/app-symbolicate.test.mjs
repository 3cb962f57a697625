// `app.symbolicate()` and the option `symbolicate` of `load()`: what `gowasp symbolicate` says of the same traces.

import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { load } from "../../dist/index.js";
import parts from "../../dist/parts.js";
import { symbolicate } from "../../dist/symbolicate.js";
import { builtProgram, withoutGo } from "../harness/go.mjs";
import { ALL, ENDS, PROGRAM, packed, symbolicated } from "../strip/traces.mjs";
import { serve, WASM_BR, whole } from "./load/fixture.mjs";
import { built } from "./load/programs.mjs";

const work = mkdtempSync(join(tmpdir(), "gowasp-symbolicate-"));
after(() => rmSync(work, { recursive: true, force: true }));

const quiet = { stdout() {}, stderr() {} };

describe("a program whose tables are stripped", { skip: withoutGo }, () => {
  /** @type {Awaited<ReturnType<typeof packed>>} */
  let files;
  before(async () => {
    files = await packed(work, builtProgram(PROGRAM), ["--strip", ALL]);
  });
  const address = () => pathToFileURL(files.manifest).href;

  // Node tells a program of its deadlock, in which the others end, when it ends itself.
  for (const end of ENDS.filter((end) => !["deadlock", "throw"].includes(end))) {
    test(`died of ${end}`, { timeout: 60_000 }, async () => {
      const app = await load(address(), { ...quiet, args: [end] });
      assert.equal(await app.exited, 2);
      const stack = app.failure?.stack ?? assert.fail("it has not died");
      assert.match(stack, /\?\.[\da-f]+\(/);
      const translated = await app.symbolicate(app.failure);
      assert.equal(translated, await symbolicated(files.symbols, stack));
      assert.match(translated, /\bmain\.main\b.*\n\t.*main\.go:\d+ \+0x/);
      assert.equal(app.failure?.stack, stack);
      assert.equal(await app.symbolicate(stack), translated);
      assert.equal(await symbolicate(stack, address()), translated);
    });
  }

  for (const [where, options] of Object.entries({
    here: {},
    "in a worker": { worker: true },
    "by parts": { use: parts },
  })) {
    test(`the option translates what it died of, ${where}`, { timeout: 60_000 }, async () => {
      const app = await load(address(), { ...quiet, args: ["generic"], symbolicate: true, ...options });
      assert.equal(await app.exited, 2);
      assert.match(app.failure?.stack ?? "", /\nmain\.generic\[\.\.\.\]\(\)\n\t.*main\.go:\d+ \+0x/);
      assert.doesNotMatch(app.failure?.stack ?? "", /\?\.[\da-f]+\(/);
      assert.match(app.failure?.message ?? "", /^panic: runtime error: makeslice/);
    });
  }

  test("without its side-car, or with another, it dies of the same", async (context) => {
    const warned = context.mock.method(console, "warn", () => {});
    for (const [what, content] of Object.entries({ missing: undefined, another: "{}" })) {
      const folder = mkdtempSync(join(work, "damaged-"));
      for (const file of [files.manifest, files.wasm]) copyFileSync(file, join(folder, basename(file)));
      if (content !== undefined) writeFileSync(join(folder, basename(files.symbols)), content);
      const manifest = pathToFileURL(join(folder, "app.json")).href;
      const app = await load(manifest, { ...quiet, args: ["nil"], symbolicate: true });
      assert.equal(await app.exited, 2, what);
      assert.match(app.failure?.stack ?? "", /\?\.[\da-f]+\(/, what);
      const code = content === undefined ? "network" : "integrity";
      await assert.rejects(app.symbolicate(app.failure), { name: "GowaspError", code });
    }
    assert.equal(warned.mock.callCount(), 2);
  });
});

describe("a stack of the engine", { skip: withoutGo }, () => {
  for (const where of ["http", "file"]) {
    test(`has Go's lines, from ${where}`, { timeout: 60_000 }, async () => {
      // Of modules that are the same V8 names the address of the first.
      const files = await packed(work, builtProgram(PROGRAM), where === "http" ? [] : ["--strip", "args"]);
      const url = where === "http" ? await served(files) : pathToFileURL(files.manifest).href;
      /** @type {Error | undefined} */
      let probe;
      const stdout = () => {
        probe ??= new Error("probe");
      };
      const { stackTraceLimit } = Error;
      Error.stackTraceLimit = 50;
      const app = await load(url, { ...quiet, stdout, args: ["nil"] });
      Error.stackTraceLimit = stackTraceLimit;
      await app.exited;
      const stack = probe?.stack ?? assert.fail("nothing was written");
      assert.match(stack, where === "http" ? /\bat http:.*wasm-function\[/ : /\bat wasm:.*wasm-function\[/);
      const translated = await app.symbolicate(probe);
      assert.match(translated, /^ {4}at fmt\.Fprintln \(.*print\.go:\d+\)$/m);
      assert.equal(translated, await symbolicated(files.symbols, stack));
      const wrapped = await app.symbolicate(new Error("outer", { cause: probe }));
      assert.ok(wrapped.endsWith(`\nCaused by: ${translated}`), wrapped);
    });
  }
});

/** The address of a manifest, served with what lies beside it by a host that negotiates. */
async function served(/** @type {Awaited<ReturnType<typeof packed>>} */ { manifest, symbols, wasm }) {
  const json = { "content-type": "application/json" };
  const server = await serve({
    "/app.json": whole(readFileSync(manifest), json),
    [`/${basename(symbols)}`]: whole(readFileSync(symbols), json),
    [`/${basename(wasm)}`]: whole(readFileSync(`${wasm}.br`), WASM_BR),
  });
  return `${server.url}/app.json`;
}

describe("a program without a side-car", { skip: withoutGo }, () => {
  test("answers the text as it is", async () => {
    const app = await load(built("echo"), { ...quiet, stdin: "" });
    await app.exited;
    const text = "Error: x\n    at wasm://wasm/1:wasm-function[12]:0x1040\n?.1a2b()\n\t?:0 +0x5\n";
    assert.equal(await app.symbolicate(text), text);
    assert.equal(await app.symbolicate(undefined), "undefined");
  });
});
