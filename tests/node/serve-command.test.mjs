// `npx gowasp serve`: a folder as a developer wants it served, and what is wrong usage.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "../../scripts/paths.mjs";

const launcher = join(root, "npx", "gowasp.mjs");

/** @type {string} */
let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "gowasp-serve-command-"));
  await writeFile(join(folder, "index.html"), "<!doctype html><p>page");
  await writeFile(join(folder, "app.wasm"), "\0asm");
  await writeFile(join(folder, "app.wasm.br"), "as brotli");
});
after(() => rm(folder, { recursive: true, force: true }));

/** Runs the command until it says where it serves. */
async function running(/** @type {string[]} */ args, /** @type {(url: string) => Promise<void>} */ work) {
  const child = spawn(process.execPath, [launcher, "serve", folder, "--port", "0", ...args]);
  try {
    child.stdout.setEncoding("utf8");
    const [said] = await once(child.stdout, "data");
    await work(/http:\S+/.exec(said)?.[0] ?? assert.fail(said));
  } finally {
    child.kill();
    await once(child, "exit");
  }
}

test("WebAssembly has its media type, and compressed files are sent to whom takes them", () =>
  running([], async (url) => {
    const response = await fetch(`${url}app.wasm`, { headers: { "Accept-Encoding": "gzip" } });
    assert.equal(response.headers.get("content-type"), "application/wasm");
    assert.equal(response.headers.get("cross-origin-opener-policy"), null);
    const compressed = await fetch(`${url}app.wasm`, { method: "HEAD", headers: { "Accept-Encoding": "br" } });
    assert.equal(compressed.headers.get("content-encoding"), "br");
  }));

test("--isolate gives pages SharedArrayBuffer", () =>
  running(["--isolate"], async (url) => {
    const { headers } = await fetch(url);
    assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
    assert.equal(headers.get("cross-origin-embedder-policy"), "require-corp");
  }));

test("a page hears of a change", () =>
  running([], async (url) => {
    const page = await (await fetch(url)).text();
    const path = /EventSource\("(.*?)"\)/.exec(page)?.[1] ?? assert.fail(page);
    const events = await fetch(new URL(path, url));
    const reader = /** @type {ReadableStream<Uint8Array>} */ (events.body)
      .pipeThrough(new TextDecoderStream())
      .getReader();
    assert.match((await reader.read()).value ?? "", /waiting/);
    await writeFile(join(folder, "new.txt"), "changed");
    assert.match((await reader.read()).value ?? "", /^data: /);
    await reader.cancel();
  }));

test("--no-reload leaves pages as they are", () =>
  running(["--no-reload"], async (url) => {
    assert.equal(await (await fetch(url)).text(), "<!doctype html><p>page");
  }));

for (const [args, code, expected] of /** @type {[string[], number, RegExp][]} */ ([
  [["--help"], 0, /Usage: gowasp serve/],
  [["--port", "many"], 2, /--port wants a number up to 65535, not many/],
  [["--prot", "1"], 2, /Unknown option '--prot'/],
  [["one", "two"], 2, /one folder is served, not 2/],
  [["no-such-folder"], 1, /no-such-folder is not a folder/],
])) {
  test(`serve ${args.join(" ")}`, async () => {
    const child = spawn(process.execPath, [launcher, "serve", ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    const [ended] = await once(child, "close");
    assert.equal(ended, code);
    assert.match(output, expected);
  });
}
