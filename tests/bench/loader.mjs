// The loader against the plain way in Chromium: from the first fetch to the first line that Go's `main` prints.
// All variants take turns in one run, so that a noisy machine disturbs them alike; the table shows medians.
//
//   node tests/bench/loader.mjs [ROUNDS]

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { chromium } from "playwright-core";
import { cacheDir, root } from "../../scripts/paths.mjs";

const ROUNDS = Number(process.argv[2] ?? 11);

const raw = readFileSync(join(root, "node_modules/esbuild-wasm/esbuild.wasm"));
const br = compressed(raw);
const server = await serve();
const origin = `http://localhost:${server.address().port}`;
const browser = await chromium.launch({
  executablePath: process.env.CHROME_BIN || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});

/** Each variant: what runs in the page, and how often before its time counts. */
const variants = {
  "plain instantiateStreaming + wasm_exec.js": { call: ["plain", "/br/esbuild.wasm"] },
  "load(), Content-Encoding: br": { call: ["gowasp", "/br/app.json"] },
  "load(), the same, integrity: false": { call: ["gowasp", "/br/app.json", { integrity: false }] },
  "load(), no encoding, Rust decoder": { call: ["gowasp", "/raw/app.json", { cache: false }] },
  "plain, no encoding": { call: ["plain", "/raw/esbuild.wasm"] },
  "warm: plain, from the HTTP cache": { call: ["plain", "/cached/esbuild.wasm"], warm: true },
  "warm: load(), from the HTTP cache": { call: ["gowasp", "/cached/app.json"], warm: true },
  "warm: load(), from the Cache API": { call: ["gowasp", "/raw/app.json"], warm: true },
};

/** @type {Record<string, {ms: number, via: string}[]>} */
const results = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
const rates = [];
try {
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, { call, warm }] of Object.entries(variants)) results[name].push(await measure(call, warm));
    rates.push((await inPage((page) => run(page, ["decode", "/raw/esbuild.wasm.br", raw.length]))).rate);
    process.stderr.write(`round ${round + 1} of ${ROUNDS}\r`);
  }
} finally {
  await browser.close();
  server.close();
}
print();

/** One time of a variant, in a browser context of its own; a warm one has had the page twice before. */
async function measure(call, warm = false) {
  return inPage(async (page) => {
    // The engine caches compiled code when it sees a module for the second time.
    for (let visit = 0; warm && visit < 3; visit++) {
      await run(page, call);
      await page.waitForTimeout(300);
      await page.reload();
    }
    return run(page, call);
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

async function run(page, [name, ...args]) {
  await page.waitForFunction(() => "bench" in globalThis);
  return page.evaluate(([name, args]) => globalThis.bench[name](...args), [name, args]);
}

function print() {
  const rows = Object.entries(results).map(([name, times]) => ({
    name,
    ms: median(times.map(({ ms }) => ms)),
    via: times[0].via,
  }));
  const plainOf = { "/br": rows[0].ms, "/raw": rows[4].ms, "/cached": rows[5].ms };
  console.log(`esbuild.wasm, ${raw.length} bytes, brotli ${br.length}; ${ROUNDS} rounds, medians\n`);
  for (const [index, { name, ms, via }] of rows.entries()) {
    const base = plainOf[Object.values(variants)[index].call[1].match(/^\/\w+/)[0]];
    console.log(`${name.padEnd(46)}${ms.toFixed(0).padStart(6)} ms  ${(ms / base).toFixed(3)}  ${via}`);
  }
  console.log(`\ndecoder: ${median(rates).toFixed(0)} MB/s of decoded output`);
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** Brotli 9 is near enough to what is shipped, and takes seconds. */
function compressed(bytes) {
  const file = join(cacheDir, "bench", `${sha256(bytes).slice(0, 16)}.q9.br`);
  if (!existsSync(file)) {
    mkdirSync(join(cacheDir, "bench"), { recursive: true });
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 };
    writeFileSync(file, brotliCompressSync(bytes, { params }));
  }
  return readFileSync(file);
}

function sha256(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}

/** `/br` negotiates and is never cached, `/raw` does not negotiate, `/cached` negotiates and is kept by the browser. */
async function serve() {
  const goroot = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
  const html = '<!doctype html><script src="/wasm_exec.js"></script><script type="module" src="/page.mjs"></script>';
  const manifest = JSON.stringify({
    ...JSON.parse(readFileSync(join(root, "tests/golden/app.json"), "utf8")),
    module: {
      url: "esbuild.wasm",
      size: raw.length,
      sha256: sha256(raw),
      encodings: { br: { url: "esbuild.wasm.br", size: br.length, sha256: sha256(br) } },
    },
  });
  const files = {
    "/": ["text/html", html],
    "/page.mjs": ["text/javascript", readFileSync(new URL("loader_page.mjs", import.meta.url))],
    "/wasm_exec.js": ["text/javascript", readFileSync(join(goroot, "lib/wasm/wasm_exec.js"))],
    "/dist/index.js": ["text/javascript", readFileSync(join(root, "dist/index.js"))],
    "/dist/decoder.js": ["text/javascript", readFileSync(join(root, "dist/decoder.js"))],
    "/dist/decoder_bg.wasm": ["application/wasm", readFileSync(join(root, "dist/decoder_bg.wasm"))],
    "app.json": ["application/json", manifest],
    "esbuild.wasm": ["application/wasm", raw],
    "esbuild.wasm.br": ["application/octet-stream", br],
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
