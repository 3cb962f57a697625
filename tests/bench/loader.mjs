// The loader against the plain way in Chromium: from the first fetch to the first line that Go's `main` prints.
// All variants take turns in one run, so that a noisy machine disturbs them alike; the table shows medians.
//
//   node tests/bench/loader.mjs [ROUNDS]

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { launchChromium } from "../../scripts/chromium.mjs";
import { bindings } from "../../scripts/paths.mjs";
import { goroot } from "../harness/go.mjs";
import { input, manifestOf, packageFiles } from "./loader_input.mjs";
import { median } from "./measure/statistics.mjs";

const ROUNDS = Number(process.argv[2] ?? 11);

const { raw, br, from } = await input();
const server = await serve();
const origin = `http://localhost:${server.address().port}`;
const browser = await launchChromium();

/** Each variant: what runs in the page, what it is compared with, and whether the page has had it before. */
const PLAIN = "plain instantiateStreaming + wasm_exec.js";
const PLAIN_RAW = "plain, no encoding";
const PLAIN_WARM = "warm: plain, from the HTTP cache";
const variants = {
  [PLAIN]: { call: ["plain", "/br/app.wasm"], to: PLAIN },
  "load(), Content-Encoding: br": { call: ["gowasp", "/br/app.json"], to: PLAIN },
  "load(), the same, with progress": { call: ["gowasp", "/br/app.json", { progress: true }], to: PLAIN },
  "load(), the same, integrity: true": { call: ["gowasp", "/br/app.json", { integrity: true }], to: PLAIN },
  [PLAIN_RAW]: { call: ["plain", "/raw/app.wasm"], to: PLAIN_RAW },
  "load(), no encoding, Rust decoder": { call: ["gowasp", "/raw/app.json", { cache: false }], to: PLAIN_RAW },
  [PLAIN_WARM]: { call: ["plain", "/cached/app.wasm"], warm: true, to: PLAIN_WARM },
  "warm: load(), from the HTTP cache": { call: ["gowasp", "/cached/app.json"], warm: true, to: PLAIN_WARM },
  "warm: load(), from the Cache API": { call: ["gowasp", "/raw/app.json"], warm: true, to: PLAIN_WARM },
};

/** @type {Record<string, {ms: number, via: string}[]>} */
const results = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
const rates = [];
try {
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, { call, warm }] of Object.entries(variants)) results[name].push(await measure(call, warm));
    rates.push((await inPage((page) => call(page, ["decode", "/raw/app.wasm.br", raw.length]))).rate);
    process.stderr.write(`round ${round + 1} of ${ROUNDS}\r`);
  }
} finally {
  await browser.close();
  server.close();
}
print();

/** One time of a variant, in a browser context of its own; a warm one has had the page twice before. */
async function measure(what, warm = false) {
  return inPage(async (page) => {
    // The engine caches compiled code when it sees a module for the second time.
    for (let visit = 0; warm && visit < 3; visit++) {
      await call(page, what);
      await page.waitForTimeout(300);
      await page.reload();
    }
    return call(page, what);
  });
}

async function inPage(work) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`${origin}/`);
    return await work(page);
  } finally {
    await context.close();
  }
}

async function call(page, [name, ...args]) {
  await page.waitForFunction(() => "bench" in globalThis);
  return page.evaluate(([name, args]) => globalThis.bench[name](...args), [name, args]);
}

function print() {
  console.log(`${from}, ${raw.length} bytes, brotli ${br.length}; ${ROUNDS} rounds`);
  console.log("median of milliseconds, median of the ratio within a round\n");
  for (const [name, { to }] of Object.entries(variants)) {
    const times = results[name];
    const ratios = times.map(({ ms }, round) => ms / results[to][round].ms);
    const [ms, ratio] = [median(times.map(({ ms }) => ms)), median(ratios)];
    console.log(`${name.padEnd(44)}${ms.toFixed(0).padStart(6)} ms  ${ratio.toFixed(3)}  ${times[0].via}`);
  }
  console.log(`\ndecoder: ${median(rates).toFixed(0)} MB/s of decoded output`);
}

/** `/br` negotiates and is never cached, `/raw` does not negotiate, `/cached` negotiates and is kept by the browser. */
async function serve() {
  const html = '<!doctype html><script src="/wasm_exec.js"></script><script type="module" src="/page.mjs"></script>';
  const manifest = manifestOf(raw, br);
  const files = {
    "/": ["text/html", html],
    "/page.mjs": ["text/javascript", readFileSync(new URL("loader_page.mjs", import.meta.url))],
    "/wasm_exec.js": ["text/javascript", readFileSync(join(goroot(), "lib/wasm/wasm_exec.js"))],
    ...packageFiles(),
    "/bindings/decoder.js": ["text/javascript", readFileSync(join(bindings, "decoder/decoder.js"))],
    "/bindings/decoder_bg.wasm": ["application/wasm", readFileSync(join(bindings, "decoder/decoder_bg.wasm"))],
    "app.json": ["application/json", manifest],
    "app.wasm": ["application/wasm", raw],
    "app.wasm.br": ["application/octet-stream", br],
  };
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    const [type, body] = files[path] ?? files[path.replace(/^\/(br|raw|cached)\//, "")] ?? [];
    if (body === undefined) return response.writeHead(404).end();
    const encoded = body === raw && !path.startsWith("/raw/");
    const lasting = path.startsWith("/cached/") && body !== manifest;
    response.writeHead(200, {
      "content-type": type,
      "content-length": Buffer.byteLength(encoded ? br : body),
      "cache-control": lasting ? "public, max-age=3600, immutable" : "no-store",
      ...(encoded && { "content-encoding": "br" }),
    });
    response.end(encoded ? br : body);
  });
  return new Promise((resolve) => server.listen(0, "localhost", () => resolve(server)));
}
