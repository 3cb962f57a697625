// The ways a module can come to load(), and which one is taken.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, afterEach, beforeEach, describe, mock, test } from "node:test";
import { pathToFileURL } from "node:url";
import { load } from "../../dist/index.js";
import { answerModule, brotli, negotiating, packed, plain, serve, WASM, WASM_BR, whole } from "./load/fixture.mjs";

const app = packed(answerModule());

/** What goes to console.warn, which the tests look at. */
const warnings = mock.method(console, "warn", () => {});
beforeEach(() => warnings.mock.resetCalls());

/** Loads, checks that the module works, and returns how it came. */
async function viaOf(source, options) {
  const { exports, via, memory } = await load(source, options);
  assert.equal(exports.answer(), 42);
  assert.ok(memory instanceof WebAssembly.Memory);
  return via;
}

describe("native path", () => {
  test("an encoded answer is compiled as it comes, and nothing else is fetched", async () => {
    const server = await serve(negotiating(app));
    assert.equal(await viaOf(`${server.url}/app.json`), "native");
    assert.deepEqual(server.requests, ["/app.json", "/app.wasm"]);
    assert.equal(warnings.mock.callCount(), 0);
  });

  test("an encoded answer of unknown length is one", async () => {
    const chunked = (_, response) => void response.writeHead(200, WASM_BR).end(app.br);
    const server = await serve({ ...plain(app), "/app.wasm": chunked });
    assert.equal(await viaOf(`${server.url}/app.json`), "native");
  });

  test("a raw answer is taken when the encoded files would save little", async () => {
    const server = await serve(plain(packed(answerModule(30_000))));
    assert.equal(await viaOf(`${server.url}/app.json`), "native");
    assert.deepEqual(server.requests, ["/app.json", "/app.wasm"]);
  });

  test("a raw answer is taken when there are no encoded files", async () => {
    const { module, ...manifest } = app.manifest;
    const bare = { ...app, manifest: { ...manifest, module: { ...module, encodings: {} } } };
    const server = await serve(plain(bare));
    assert.equal(await viaOf(`${server.url}/app.json`), "native");
  });

  test("a wrong type costs a warning, not the start", async () => {
    const routes = { ...negotiating(app), "/app.wasm": whole(app.br, { ...WASM_BR, "content-type": "text/plain" }) };
    const server = await serve(routes);
    assert.equal(await viaOf(`${server.url}/app.json`), "native");
    assert.match(String(warnings.mock.calls[0]?.arguments[0]), /app\.wasm is served as "text\/plain"/);
  });

  test("addresses in the manifest are relative to where it was redirected to", async () => {
    const moved = Object.fromEntries(Object.entries(negotiating(app)).map(([path, answer]) => [`/v2${path}`, answer]));
    const server = await serve({
      ...moved,
      "/app.json": (_, response) => void response.writeHead(302, { location: "/v2/app.json" }).end(),
    });
    assert.equal(await viaOf("app.json", { baseUrl: server.url }), "native");
    assert.deepEqual(server.requests, ["/app.json", "/v2/app.json", "/v2/app.wasm"]);
  });
});

describe("a module without a manifest", () => {
  for (const [name, headers] of Object.entries({
    wasm: WASM,
    none: {},
    octets: { "content-type": "application/octet-stream" },
  })) {
    test(`type ${name}`, async () => {
      const server = await serve({ "/app": whole(app.module, headers) });
      assert.equal(await viaOf(new URL("/app", server.url)), "native");
      assert.equal(warnings.mock.callCount(), name === "wasm" ? 0 : 1);
    });
  }

  test("compiled already", async () => {
    const first = await load(new WebAssembly.Module(app.module));
    assert.equal(first.via, "module");
    const second = await load(first.module);
    assert.notEqual(second.memory, first.memory);
  });
});

describe("fallback path", () => {
  for (const name of ["with", "without"]) {
    test(`a raw answer ${name} a length gives way to the decoder`, async () => {
      const headers = name === "with" ? { "content-length": app.module.length } : {};
      const raw = (_, response) =>
        void response.writeHead(200, { ...WASM, ...headers }).write(app.module.subarray(0, 100));
      const server = await serve({ ...plain(app), "/app.wasm": raw });
      assert.equal(await viaOf(`${server.url}/app.json`), "decoder");
      assert.deepEqual(server.requests, ["/app.json", "/app.wasm", "/app.wasm.br"]);
      assert.equal(await server.busy(), 0, "the raw answer, which would never end, was given up");
    });
  }

  test("gzip is decoded by the host when the brotli file is not there", async () => {
    const { "/app.wasm.br": _, ...routes } = plain(app);
    const server = await serve(routes);
    assert.equal(await viaOf(`${server.url}/app.json`), "decompression-stream");
    assert.match(String(warnings.mock.calls[0]?.arguments[0]), /app\.wasm\.br was answered with status 404/);
  });

  test("an index page in place of the brotli file counts as not there", async () => {
    const html = whole("<!doctype html>", { "content-type": "text/html; charset=utf-8" });
    const server = await serve({ ...plain(app), "/app.wasm.br": html });
    assert.equal(await viaOf(`${server.url}/app.json`), "decompression-stream");
  });

  test("without any encoded file the raw one is used after all", async () => {
    const { "/app.json": manifest, "/app.wasm": raw } = plain(app);
    const server = await serve({ "/app.json": manifest, "/app.wasm": raw });
    assert.equal(await viaOf(`${server.url}/app.json`), "native");
    assert.equal(warnings.mock.callCount(), 2);
  });

  test("a .br file that the server sends with its encoding is decoded once", async () => {
    const server = await serve({ ...plain(app), "/app.wasm.br": whole(app.br, { "content-encoding": "br" }) });
    assert.equal(await viaOf(`${server.url}/app.json`), "decoder");
  });

  test("large modules keep their bytes", async () => {
    // Several of the decoder's pieces, and several network chunks.
    const large = packed(answerModule(3_000_000));
    const server = await serve(plain(large));
    assert.equal(await viaOf(`${server.url}/app.json`), "decoder");
  });
});

describe("files", () => {
  const folder = mkdtempSync(join(tmpdir(), "gowasp-load-"));
  after(() => rmSync(folder, { recursive: true }));

  /** A folder with the manifest and some of the files. */
  function deployed(name, files) {
    const path = mkdtempSync(join(folder, name));
    writeFileSync(join(path, "app.json"), JSON.stringify(app.manifest));
    for (const [file, bytes] of Object.entries(files)) writeFileSync(join(path, file), bytes);
    return join(path, "app.json");
  }

  test("a path, relative or not, and a file address", async () => {
    // The characters have a meaning in addresses.
    const path = deployed("a b#c%20", { "app.wasm": app.module });
    assert.equal(await viaOf(path), "file");
    assert.equal(await viaOf(relative(process.cwd(), path)), "file");
    assert.equal(await viaOf(pathToFileURL(path)), "file");
    assert.equal(await viaOf(path.replace("app.json", "app.wasm")), "file");
  });

  test("encoded files are used when the raw one is not there", async () => {
    assert.equal(await viaOf(deployed("br", { "app.wasm.br": app.br })), "file");
    assert.equal(await viaOf(deployed("gz", { "app.wasm.gz": app.gzip })), "file");
  });

  test("what is wrong with them has a code", async () => {
    const damaged = app.module.slice();
    damaged[150_000] ^= 1;
    const cases = [
      ["network", {}],
      ["integrity", { "app.wasm": damaged }],
      ["truncated", { "app.wasm": app.module.subarray(0, 1000) }],
      ["too-large", { "app.wasm": Buffer.concat([app.module, app.module]) }],
      ["not-wasm", { "app.wasm": "<!doctype html>" }],
      ["truncated", { "app.wasm.br": app.br.subarray(0, 1000) }],
      ["truncated", { "app.wasm.gz": app.gzip.subarray(0, 1000) }],
      ["decode", { "app.wasm.br": Buffer.from("no brotli at all") }],
      ["too-large", { "app.wasm.br": brotli(Buffer.concat([app.module, new Uint8Array(1e7)])) }],
    ];
    for (const [code, files] of cases) {
      const path = deployed("bad", files);
      await assert.rejects(load(path), { name: "GowaspError", code }, `${code} ${Object.keys(files)}`);
    }
    await assert.rejects(load(join(folder, "none.json")), { code: "network" });
  });
});

describe("pages without TLS, where crypto.subtle is missing", () => {
  const { crypto } = globalThis;
  beforeEach(() => Object.defineProperty(globalThis, "crypto", { value: {}, configurable: true }));
  afterEach(() => Object.defineProperty(globalThis, "crypto", { value: crypto, configurable: true }));

  test("the package's own SHA-256 is used", async () => {
    const server = await serve(negotiating(app));
    assert.equal(await viaOf(`${server.url}/app.json`, { integrity: true }), "native");
    const { module, ...manifest } = app.manifest;
    const other = { ...app, manifest: { ...manifest, module: { ...module, sha256: "00".repeat(32) } } };
    const wrong = await serve(negotiating(other));
    await assert.rejects(load(`${wrong.url}/app.json`, { integrity: true }), { code: "integrity" });
  });
});

describe("progress", () => {
  for (const [name, routes] of Object.entries({ native: negotiating(app), decoder: plain(app) })) {
    test(`counts decoded bytes up to the manifest's size: ${name}`, async () => {
      const server = await serve(routes);
      const seen = [];
      await load(`${server.url}/app.json`, { onProgress: (progress) => seen.push(progress) });
      const loaded = seen.map((progress) => progress.loaded);
      assert.deepEqual(
        loaded,
        loaded.toSorted((a, b) => a - b),
      );
      assert.equal(loaded.at(-1), app.module.length);
      assert.ok(seen.every(({ total, via }) => total === app.module.length && via === name));
      assert.deepEqual([...new Set(seen.map(({ phase }) => phase))], ["download", "compile", "run"]);
    });
  }

  test("a listener that throws does not stop the program", async () => {
    const errors = mock.method(console, "error", () => {});
    const server = await serve(negotiating(app));
    const onProgress = () => {
      throw new Error("listener");
    };
    assert.equal(await viaOf(`${server.url}/app.json`, { onProgress }), "native");
    assert.ok(errors.mock.callCount() > 0);
    errors.mock.restore();
  });
});
