// The Cache API as a store of decoded modules; tests/browser has the real one.

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { load } from "../../dist/index.js";
import { answerModule, negotiating, packed, plain, serve, whole } from "./load/fixture.mjs";
import { MemoryCaches } from "./load/memory-caches.mjs";

beforeEach(() => {
  globalThis.caches = new MemoryCaches();
});
afterEach(() => {
  delete globalThis.caches;
});

const first = packed(answerModule());
const second = packed(answerModule(210_000));

/** A server that does not negotiate, whose files can be replaced. */
async function host() {
  const routes = { ...plain(first) };
  const server = await serve(routes);
  return { ...server, source: `${server.url}/app.json`, deploy: (files) => Object.assign(routes, files) };
}

/** Storing goes on after load() has resolved. */
async function settled(count) {
  for (let wait = 0; wait < 200 && caches.entries.length !== count; wait++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal(caches.entries.length, count);
}

test("what the decoder decoded is there at the next start, without the network", async () => {
  const { source, url, requests } = await host();
  assert.equal((await load(source)).via, "decoder");
  await settled(1);
  assert.deepEqual(caches.entries[0], [
    `gowasp ${source}`,
    `${url}/app.wasm?gowasp-sha256=${first.manifest.module.sha256}`,
  ]);
  requests.length = 0;
  const seen = [];
  const again = await load(`${source}?v=2`, { onProgress: (progress) => seen.push(progress), integrity: true });
  assert.equal(again.via, "cache");
  assert.equal(again.exports.answer(), 42);
  assert.equal(seen.at(-1).loaded, first.module.length);
  assert.deepEqual(requests, ["/app.json?v=2"]);
});

test("a new release takes the old one's place", async () => {
  const { source, deploy } = await host();
  await load(source);
  await settled(1);
  deploy(plain(second));
  assert.equal((await load(source)).via, "decoder");
  const { sha256 } = second.manifest.module;
  for (let wait = 0; wait < 200 && !caches.entries.every(([, key]) => key.includes(sha256)); wait++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await settled(1);
  assert.equal((await load(source)).via, "cache");
});

test("nothing is kept of what was not right, nor when told not to", async () => {
  const { source, deploy } = await host();
  deploy({ "/app.wasm.br": whole(first.br.subarray(0, 5000)) });
  await assert.rejects(load(source), { code: "truncated" });
  deploy(plain(first));
  await load(source, { cache: false });
  await load(source, { integrity: false });
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(caches.entries, []);
});

test("a damaged entry is dropped and the module loaded anew", async () => {
  const { source } = await host();
  await load(source);
  await settled(1);
  const [[name, key]] = caches.entries;
  const damaged = answerModule();
  damaged[100_000] ^= 1;
  for (const [body, options] of [
    [new Uint8Array(5), {}],
    [damaged, { integrity: true }],
  ]) {
    caches.stores.get(name).set(key, body.buffer);
    assert.equal((await load(source, options)).via, "decoder");
    await settled(1);
  }
});

test("it is dropped when the server has learned to negotiate", async () => {
  const { source, deploy } = await host();
  await load(source);
  await settled(1);
  deploy(negotiating(second));
  assert.equal((await load(source)).via, "native");
  await settled(0);
});

test("a store that fails is not missed", async () => {
  const { source } = await host();
  for (const method of ["has", "open"]) {
    mock.method(caches, method, async () => {
      throw new DOMException("no space", "QuotaExceededError");
    });
    assert.equal((await load(source)).via, "decoder");
  }
});
