// A line of 10 Mbit/s that breaks at a third and at two thirds of the bytes: from the first fetch to the first line that
// Go's `main` prints, against the same line when it does not break. Chromium; variants take turns.
//
//   node tests/bench/cut.mjs [ROUNDS]

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { launchChromium } from "../../scripts/chromium.mjs";
import { file } from "../node/load/faults.mjs";
import { input, manifestOf, packageFiles } from "./loader_input.mjs";
import { median } from "./measure/statistics.mjs";

const ROUNDS = Number(process.argv[2] ?? 5);
const LINE = 10_000_000;

const { raw, br, from } = await input();
const thirds = [Math.floor(br.length / 3), Math.floor((2 * br.length) / 3)];
const wasm = { "content-type": "application/wasm" };
const encoded = { ...wasm, "content-encoding": "br" };
const line = { bitsPerSecond: LINE };

/** What each variant's server sends for the module and for its brotli file. */
const variants = {
  "loader decodes": () => [file(raw, { ...line, headers: wasm }), file(br, line)],
  "loader decodes, cut": () => [file(raw, { ...line, headers: wasm }), file(br, { ...line, cuts: thirds })],
  "browser decodes": () => [file(br, { ...line, headers: encoded }), file(br, line)],
  "browser decodes, cut": () => [
    file(br, { ...line, headers: encoded, cuts: thirds.slice(0, 1) }),
    file(br, { ...line, cuts: thirds.slice(1) }),
  ],
};

/** @type {import("../node/load/fixture.mjs").Answer[]} */
let answers = [];
const server = await serve();
const browser = await launchChromium();
/** @type {Record<string, number[]>} */
const times = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
try {
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, make] of Object.entries(variants)) {
      answers = make();
      times[name].push(await measure());
    }
  }
} finally {
  await browser.close();
  server.close();
}
console.log(`${from}, brotli ${br.length} bytes, ${LINE / 1e6} Mbit/s, ${ROUNDS} rounds; median of milliseconds`);
for (const [name, all] of Object.entries(times)) {
  const whole = median(times[name.replace(", cut", "")]);
  console.log(`${name.padEnd(24)}${median(all).toFixed(0).padStart(7)} ms  ${(median(all) / whole).toFixed(3)}`);
}

async function measure() {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`http://localhost:${server.address().port}/`);
    await page.waitForFunction(() => "bench" in globalThis);
    const { ms } = await page.evaluate(() => globalThis.bench.gowasp("/app.json", { cache: false }));
    return ms;
  } finally {
    await context.close();
  }
}

/** @returns {Promise<import("node:http").Server>} */
function serve() {
  const files = {
    "/": ["text/html", '<!doctype html><script type="module" src="/page.mjs"></script>'],
    "/page.mjs": ["text/javascript", readFileSync(new URL("loader_page.mjs", import.meta.url))],
    "/app.json": ["application/json", manifestOf(raw, br)],
    ...packageFiles(),
  };
  const server = createServer((request, response) => {
    const at = ["/app.wasm", "/app.wasm.br"].indexOf(request.url ?? "");
    if (at >= 0) return answers[at](request, response);
    const [type, body] = files[request.url ?? ""] ?? [];
    if (body === undefined) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": type }).end(body);
  });
  return new Promise((resolve) => server.listen(0, "localhost", () => resolve(server)));
}
