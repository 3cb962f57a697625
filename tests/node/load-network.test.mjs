// Bad networks: what can be tried again is, what was read is not read twice, and what cannot be helped fails at once.

import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";
import { gzipSync } from "node:zlib";
import { load } from "../../dist/index.js";
import { failing, file, redirect, refusing, silent } from "./load/faults.mjs";
import { answerModule, negotiating, packed, plain, serve, WASM, WASM_BR, whole } from "./load/fixture.mjs";

const app = packed(answerModule(600_000));
mock.method(console, "warn", () => {});

/** Loads `/app.json`, checks that it works, and returns how it came and what was asked for. */
async function loaded(routes, options) {
  const server = await serve(routes);
  const { exports, via } = await load(`${server.url}/app.json`, options);
  assert.equal(exports.answer(), 42);
  return { via, requests: server.requests };
}

async function failure(routes, options) {
  const server = await serve(routes);
  const start = performance.now();
  const error = await load(`${server.url}/app.json`, options).catch((error) => error);
  assert.equal(error.name, "GowaspError", String(error));
  assert.equal(await server.busy(), 0, "an answer is still being sent");
  return { code: error.code, message: error.message, requests: server.requests, ms: performance.now() - start };
}

const thirds = (/** @type {Uint8Array} */ { length }) => [Math.floor(length / 3), Math.floor((2 * length) / 3)];

describe("tried again", () => {
  for (const [name, first] of Object.entries({
    "500, then 200": (next) => failing(500, 1, next),
    "503 twice": (next) => failing(503, 2, next),
    "429 with Retry-After": (next) => failing(429, 1, next, { "retry-after": "0.3" }),
    "a connection that is reset": (next) => refusing(1, next),
  })) {
    for (const path of ["/app.json", "/app.wasm", "/app.wasm.br"]) {
      test(`${name}: ${path}`, async () => {
        const good = path === "/app.wasm.br" ? plain(app) : negotiating(app);
        const { requests } = await loaded({ ...good, [path]: first(good[path]) });
        assert.ok(requests.filter((asked) => asked === path).length >= 2);
      });
    }
  }

  test("as often as is wanted, and no more", async () => {
    const busy = failing(503, 10, () => {});
    const { code, requests } = await failure({ "/app.json": busy }, { retries: 1 });
    assert.deepEqual([code, requests.length], ["http-status", 2]);
    const none = await failure({ "/app.json": busy }, { retries: 0 });
    assert.deepEqual([none.code, none.requests.length], ["http-status", 1]);
  });

  test("never where it cannot help", async () => {
    const wrong = packed(answerModule(600_001));
    for (const [code, routes] of Object.entries({
      "http-status": {},
      "manifest-invalid": { "/app.json": whole("{}") },
      "not-wasm": { ...negotiating(app), "/app.wasm": whole("<!doctype html>", { "content-type": "text/html" }) },
      "too-large": { ...plain(app), "/app.wasm.br": whole(wrong.br) },
    })) {
      const { code: got, requests } = await failure(routes);
      assert.equal(got, code);
      assert.equal(new Set(requests).size, requests.length, requests.join());
    }
  });

  test("the signal ends a pause", async () => {
    const busy = failing(503, 10, () => {}, { "retry-after": "9" });
    const { code, ms } = await failure({ "/app.json": busy }, { signal: AbortSignal.timeout(100) });
    assert.equal(code, "aborted");
    assert.ok(ms < 5000);
  });
});

describe("the encoded file is resumed", () => {
  test("where the connection broke, by what is missing", async () => {
    const br = file(app.br, { cuts: thirds(app.br), etag: '"1"' });
    const { via } = await loaded({ ...plain(app), "/app.wasm.br": br });
    assert.equal(via, "decoder");
    assert.equal(br.ranges.length, 3);
    const [first, ...rest] = br.ranges.map((range) => range && Number(/\d+/.exec(range)?.[0]));
    assert.equal(first, undefined);
    for (const [at, cut] of thirds(app.br).entries()) assert.ok(rest[at] > 0 && rest[at] <= cut, `${rest} of ${cut}`);
  });

  test("at every 64 kB", async () => {
    const br = file(app.br, { every: 65_536 });
    const { via } = await loaded({ ...plain(app), "/app.wasm.br": br });
    assert.equal(via, "decoder");
    assert.ok(br.ranges.length > 4);
  });

  test("read anew, and skipped, where there are no ranges", async () => {
    const br = file(app.br, { cuts: thirds(app.br), ranges: false });
    assert.equal((await loaded({ ...plain(app), "/app.wasm.br": br })).via, "decoder");
  });

  test("when it falls silent", async () => {
    const br = file(app.br, { stall: 100_000 });
    assert.equal((await loaded({ ...plain(app), "/app.wasm.br": br }, { stallTimeout: 200 })).via, "decoder");
    assert.equal(br.ranges.length, 2);
  });

  test("not with another file's bytes", async () => {
    const [cut] = thirds(app.br);
    const first = file(app.br, { cuts: [cut], etag: '"1"' });
    const second = file(app.br, { etag: '"2"' });
    let asked = 0;
    const replaced = (request, response) => (asked++ === 0 ? first : second)(request, response);
    const { code, message } = await failure({ ...plain(app), "/app.wasm.br": replaced });
    assert.equal(code, "truncated");
    assert.match(message, /replaced/);
  });

  test("not with another part", async () => {
    const first = file(app.br, { cuts: [100_000] });
    let asked = 0;
    const wrong = (request, response) => {
      if (asked++ === 0) return first(request, response);
      const rest = app.br.subarray(50_000);
      const range = `bytes 50000-${app.br.length - 1}/${app.br.length}`;
      response.writeHead(206, { "content-range": range, "content-length": rest.length }).end(rest);
    };
    const { code, message } = await failure({ ...plain(app), "/app.wasm.br": wrong });
    assert.equal(code, "truncated");
    assert.match(message, /another part/);
  });

  test("until nothing more comes", async () => {
    const br = file(app.br, { every: 0 });
    const { code } = await failure({ ...plain(app), "/app.wasm.br": br }, { retries: 1 });
    assert.equal(code, "truncated");
    assert.equal(br.ranges.length, 2);
  });
});

describe("an answer that broke in the browser's compiler", () => {
  test("goes over to the .br file, and resumes that", async () => {
    const [cut] = thirds(app.br);
    const br = file(app.br, { cuts: [2 * cut] });
    const routes = {
      ...negotiating(app),
      "/app.wasm": file(app.br, { headers: WASM_BR, cuts: [cut] }),
      "/app.wasm.br": br,
    };
    const { via, requests } = await loaded(routes);
    assert.equal(via, "decoder");
    assert.deepEqual(requests, ["/app.json", "/app.wasm", "/app.wasm.br", "/app.wasm.br"]);
  });

  test("is asked for again where there is no such file", async () => {
    const wasm = file(app.br, { headers: WASM_BR, cuts: [thirds(app.br)[0]] });
    assert.equal((await loaded({ ...negotiating(app), "/app.wasm": wasm })).via, "native");
  });

  test("a module without a manifest, too, and that one is resumed", async () => {
    const wasm = file(app.module, { headers: WASM, cuts: [...thirds(app.module).slice(0, 1), 500_000], etag: '"1"' });
    const server = await serve({ "/app.wasm": wasm });
    assert.equal((await load(`${server.url}/app.wasm`)).exports.answer(), 42);
    assert.ok(Number(/\d+/.exec(wasm.ranges.at(-1) ?? "")?.[0]) > 300_000, String(wasm.ranges));
  });
});

describe("proxies", () => {
  test("that compress what was not", async () => {
    const zipped = (bytes, headers) => whole(gzipSync(bytes), { ...headers, "content-encoding": "gzip" });
    const routes = {
      "/app.json": zipped(Buffer.from(JSON.stringify(app.manifest)), { "content-type": "application/json" }),
      "/app.wasm": zipped(app.module, WASM),
    };
    assert.equal((await loaded(routes)).via, "native");
  });

  test("that send elsewhere on the same origin", async () => {
    const { "/app.json": manifest, "/app.wasm": wasm } = negotiating(app);
    const routes = { "/app.json": redirect("/v2/app.json"), "/v2/app.json": manifest, "/v2/app.wasm": wasm };
    assert.equal((await loaded(routes)).via, "native");
  });
});

test("a server that never answers is given up", async () => {
  const { code, message } = await failure({ "/app.json": silent() }, { stallTimeout: 100, retries: 1 });
  assert.equal(code, "network");
  assert.match(message, /none within 100 ms/);
});
