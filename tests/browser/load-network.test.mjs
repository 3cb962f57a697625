// Bad networks in a browser: broken connections, silence, and none at all.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { freshPages } from "../harness/pages/fresh.mjs";
import { loadIn } from "../harness/pages/load.mjs";
import { answerModule, brotli, manifestOf } from "../harness/pages/module.mjs";
import { bytes, startServer } from "../harness/pages/server.mjs";
import { until } from "../harness/pages/until.mjs";
import { failing, file, redirect, silent } from "../node/load/faults.mjs";

const raw = answerModule(2_000_000);
const br = brotli(raw);
const wasm = { "content-type": "application/wasm" };
const encoded = { ...wasm, "content-encoding": "br" };
const third = Math.floor(br.length / 3);

/** @type {import("playwright-core").Page} */
let page;
/** @type {import("../harness/pages/server.mjs").TestServer} */
let server;

freshPages((ofTest, itsServer) => {
  page = ofTest;
  server = itsServer;
  server.answers.set("/app.json", bytes(manifestOf(raw, br), "application/json", { "Cache-Control": "no-cache" }));
  server.answers.set("/app.wasm", file(raw, { headers: wasm }));
  server.answers.set("/app.wasm.br", file(br));
});

/** Loads, and checks how the module came. */
async function expectVia(/** @type {string} */ via, options = {}) {
  const result = await loadIn(page, "app.json", options);
  assert.deepEqual([result.via, result.answer], [via, 42], result.message);
}

describe("a connection that breaks", () => {
  test("is resumed where the loader decodes", async () => {
    const answer = file(br, { cuts: [third, 2 * third], etag: '"1"' });
    server.answers.set("/app.wasm.br", answer);
    await expectVia("decoder");
    assert.equal(answer.ranges.length, 3);
    assert.ok(
      answer.ranges.slice(1).every((range) => /^bytes=[1-9]/.test(String(range))),
      String(answer.ranges),
    );
  });

  test("and at every 64 kB", async () => {
    server.answers.set("/app.wasm.br", file(br, { every: 65_536 }));
    await expectVia("decoder");
  });

  test("goes over to the .br file where the browser decodes", async () => {
    server.answers.set("/app.wasm", file(br, { headers: encoded, cuts: [third] }));
    const answer = file(br, { cuts: [2 * third] });
    server.answers.set("/app.wasm.br", answer);
    await expectVia("decoder");
    assert.equal(answer.ranges.length, 2);
  });

  test("from another origin, which shows neither ETag nor Content-Range", async () => {
    const other = await startServer();
    const open = { "access-control-allow-origin": "*" };
    const answer = file(br, { cuts: [third], etag: '"1"', headers: open });
    other.answers.set("/app.wasm.br", answer);
    other.answers.set("/app.wasm", file(raw, { headers: { ...wasm, ...open } }));
    other.answers.set("/app.json", bytes(manifestOf(raw, br), "application/json", open));
    await page.goto(`${(await openServer(server)).url}`);
    const result = await loadIn(page, `${other.url}app.json`);
    await other.close();
    assert.deepEqual([result.via, result.answer], ["decoder", 42], result.message);
    assert.equal(answer.ranges.length, 2);
  });
});

/** The page without a policy that keeps it from other origins. */
async function openServer(/** @type {import("../harness/pages/server.mjs").TestServer} */ { answers, url }) {
  answers.set("/open", bytes("<!doctype html>", "text/html"));
  return { url: `${url}open` };
}

test("silence ends, before the headers and after", async () => {
  server.answers.set("/app.wasm.br", file(br, { stall: third }));
  await expectVia("decoder", { stallTimeout: 300 });
  server.answers.set("/app.json", silent());
  const result = await loadIn(page, "app.json", { stallTimeout: 200, retries: 0, cache: false });
  assert.equal(result.code, "network", result.message);
});

test("a busy server is asked again", async () => {
  for (const path of ["/app.json", "/app.wasm", "/app.wasm.br"]) {
    const next = server.answers.get(path);
    if (next) server.answers.set(path, failing(503, 1, next));
  }
  await expectVia("decoder");
});

test("a redirect to another origin is checked", async () => {
  const other = await startServer();
  const changed = Buffer.from(raw);
  changed[changed.length - 1] ^= 1;
  const headers = { ...encoded, "access-control-allow-origin": "*" };
  other.answers.set("/app.wasm", file(brotli(changed), { headers }));
  server.answers.set("/app.wasm", redirect(`${other.url}app.wasm`));
  await page.goto((await openServer(server)).url);
  const result = await loadIn(page, "app.json", { retries: 0 });
  await other.close();
  assert.equal(result.code, "integrity", result.message ?? `${result.answer}`);
});

describe("without a network", () => {
  /** Waits until something is kept, and takes the server away. */
  async function offline() {
    await until(page, async () => {
      const [name] = await caches.keys();
      return name !== undefined && (await (await caches.open(name)).keys()).length === 2;
    });
    const gone = (/** @type {unknown} */ _, /** @type {import("node:http").ServerResponse} */ response) =>
      response.destroy();
    for (const path of ["/app.json", "/app.wasm", "/app.wasm.br"]) server.answers.set(path, gone);
  }

  test("the last version starts from the Cache API", async () => {
    await expectVia("decoder");
    await offline();
    await expectVia("cache");
  });

  test("also of what the browser decoded, if wanted", async () => {
    server.answers.set("/app.wasm", file(br, { headers: encoded }));
    await expectVia("native", { cache: "offline" });
    await offline();
    await expectVia("cache");
  });

  test("nothing is kept that was not checked", async () => {
    await expectVia("decoder", { integrity: false });
    await page.waitForTimeout(300);
    assert.deepEqual(await page.evaluate(() => caches.keys()), []);
  });
});
