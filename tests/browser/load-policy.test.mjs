// A page whose Content-Security-Policy forbids WebAssembly gets told so, by the path that is taken.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchChromium } from "../../scripts/chromium.mjs";
import { loadIn } from "../harness/pages/load.mjs";
import { answerModule, brotli, manifestOf } from "../harness/pages/module.mjs";
import { bytes, startServer } from "../harness/pages/server.mjs";

const raw = answerModule();
const br = brotli(raw);

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {import("../harness/pages/server.mjs").TestServer} */
let server;

before(async () => {
  browser = await launchChromium();
  server = await startServer("default-src 'self'");
  server.answers.set("/app.json", bytes(manifestOf(raw, br), "application/json"));
});
after(async () => {
  await browser.close();
  await server.close();
});

/** The error, and the requests it took. */
async function refused() {
  const page = await browser.newPage();
  await page.goto(server.url);
  server.requests.length = 0;
  const { code, message } = await loadIn(page, "app.json");
  assert.equal(code, "csp", message);
  assert.match(message ?? "", /'wasm-unsafe-eval'/);
  return server.requests;
}

test("native path, without asking for the module again", async () => {
  server.answers.set("/app.wasm", bytes(br, "application/wasm", { "Content-Encoding": "br" }));
  const requests = await refused();
  assert.equal(requests.filter((path) => path === "/app.wasm").length, 1);
});

test("fallback path", async () => {
  server.answers.set("/app.wasm", bytes(raw, "application/wasm"));
  server.answers.set("/app.wasm.br", bytes(br, "application/octet-stream"));
  await refused();
});
