// The static server of the demo: what it sends to whom, and what it never sends.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { serve } from "../../npx/serve/server.mjs";

/** @type {string} */
let parent;
/** @type {string} */
let folder;
/** @type {import("../../npx/serve/server.mjs").RunningServer} */
let server;

before(async () => {
  parent = await mkdtemp(join(tmpdir(), "gowasp-serve-"));
  folder = await mkdtemp(join(parent, "public-"));
  const files = {
    "index.html": "<!doctype html>",
    "app.json": "{}",
    "app.0123456789abcdef.wasm": "raw",
    "app.0123456789abcdef.wasm.br": "as brotli",
    "app.0123456789abcdef.wasm.zst": "as zstd",
    "app.0123456789abcdef.wasm.gz": "as gzip",
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  await writeFile(join(parent, "secret.txt"), "secret");
  await symlink(join(parent, "secret.txt"), join(folder, "link.txt"));
  await symlink(join(parent, "secret.txt"), join(folder, "index.html.br"));
  await mkdir(join(folder, ".git"));
  for (const name of [".env", ".git/config"]) await writeFile(join(folder, name), "secret");
  await symlink(".env", join(folder, "env.txt"));
  server = await serve({
    mounts: [
      { prefix: "/", folder },
      { prefix: "/plain/", folder, negotiate: false },
      { prefix: "/cold/", folder, store: false },
      { prefix: "/other/", folder, aliases: { "app.json?version=before": "index.html", "x?up": "../secret.txt" } },
    ],
  });
});
after(async () => {
  await server.close();
  await rm(parent, { recursive: true, force: true });
});

/**
 * Node's own client, since `fetch` decodes bodies and tidies paths.
 *
 * @param {string} path sent as it is
 * @param {{ method?: string, headers?: Record<string, string> }} [options]
 * @param {import("../../npx/serve/server.mjs").RunningServer} [asked]
 * @returns {Promise<{ status: number, headers: import("node:http").IncomingHttpHeaders, body: string }>}
 */
function ask(path, { method = "GET", headers = {} } = {}, asked = server) {
  const { hostname, port } = new URL(asked.url);
  return new Promise((done, fail) => {
    request({ hostname, port, path, method, headers, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk) => (body += chunk));
      response.on("end", () => done({ status: response.statusCode ?? 0, headers: response.headers, body }));
    })
      .on("error", fail)
      .end();
  });
}

const wasm = "/app.0123456789abcdef.wasm";

describe("aliases", () => {
  test("a path with that query is answered by another file of the folder", async () => {
    assert.equal((await ask("/other/app.json?version=before")).body, "<!doctype html>");
    assert.equal((await ask("/other/app.json?version=after")).body, "{}");
    assert.equal((await ask("/other/app.json")).body, "{}");
    assert.equal((await ask("/app.json?version=before")).body, "{}");
    assert.equal((await ask("/other/x?up")).status, 404);
    assert.equal((await ask("/other/__proto__?undefined")).status, 404);
  });
});

describe("encodings", () => {
  for (const [accept, body, coding] of /** @type {const} */ ([
    ["gzip, deflate, br, zstd", "as brotli", "br"],
    ["gzip, zstd", "as zstd", "zstd"],
    ["gzip", "as gzip", "gzip"],
    ["br;q=0", "raw", undefined],
    ["br;q=0, gzip;q=0.5", "as gzip", "gzip"],
    ["br;q=0.1, gzip;q=0.9", "as gzip", "gzip"],
    ["*", "as brotli", "br"],
    ["BR", "as brotli", "br"],
    ["identity", "raw", undefined],
    ["deflate", "raw", undefined],
    ["", "raw", undefined],
  ])) {
    test(`Accept-Encoding “${accept}” gets ${coding ?? "the file itself"}`, async () => {
      const answer = await ask(wasm, { headers: { "Accept-Encoding": accept } });
      assert.deepEqual([answer.status, answer.body, answer.headers["content-encoding"]], [200, body, coding]);
      assert.equal(answer.headers["content-type"], "application/wasm");
      assert.equal(answer.headers["content-length"], String(body.length));
      assert.equal(answer.headers.vary, "Accept-Encoding");
    });
  }

  test("a mount that does not negotiate sends the file itself", async () => {
    const answer = await ask(`/plain${wasm}`, { headers: { "Accept-Encoding": "br" } });
    assert.deepEqual([answer.body, answer.headers["content-encoding"]], ["raw", undefined]);
  });
});

describe("caches", () => {
  test("a name with a hash is kept for good, others are asked for again", async () => {
    assert.match((await ask(wasm)).headers["cache-control"] ?? "", /max-age=31536000, immutable/);
    assert.equal((await ask("/app.json")).headers["cache-control"], "no-cache");
    assert.equal((await ask(`/cold${wasm}`)).headers["cache-control"], "no-store");
  });

  test("an unchanged file is answered with 304, a changed one is sent", async () => {
    const { etag = "" } = (await ask("/app.json")).headers;
    const again = await ask("/app.json", { headers: { "If-None-Match": `"other", W/${etag}` } });
    assert.deepEqual([again.status, again.body], [304, ""]);
    await utimes(join(folder, "app.json"), 1, 1);
    assert.equal((await ask("/app.json", { headers: { "If-None-Match": etag } })).status, 200);
  });

  test("each encoding has a tag of its own, even where size and time are the same", async () => {
    for (const suffix of [".zst", ".gz"]) await utimes(join(folder, `${wasm}${suffix}`), 2, 2);
    const tag = async (/** @type {string} */ accept) =>
      (await ask(wasm, { headers: { "Accept-Encoding": accept } })).headers.etag;
    assert.notEqual(await tag("zstd"), await tag("gzip"));
  });
});

describe("requests", () => {
  test("a folder stands for its index.html", async () => {
    const answer = await ask("/");
    assert.deepEqual([answer.body, answer.headers["content-type"]], ["<!doctype html>", "text/html; charset=utf-8"]);
  });

  test("HEAD has the headers only", async () => {
    const answer = await ask(wasm, { method: "HEAD" });
    assert.deepEqual([answer.status, answer.headers["content-length"], answer.body], [200, "3", ""]);
  });

  test("other methods are refused", async () => {
    const answer = await ask(wasm, { method: "POST" });
    assert.deepEqual([answer.status, answer.headers.allow], [405, "GET, HEAD"]);
  });

  for (const path of [
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/plain/../../secret.txt",
    "/..%5csecret.txt",
    "/link.txt",
    "/env.txt",
    "/.env",
    "/%2eenv",
    "/.git/config",
    "/plain/.env",
    "/index.html.br",
    "/index.html%00.txt",
    "/%zz",
    "/missing",
    "//etc/passwd",
  ]) {
    test(`nothing is found at ${path}`, async () => {
      const { status, body } = await ask(path);
      assert.equal(status, 404);
      assert.doesNotMatch(body, /^secret$/m);
    });
  }

  test("an encoded sibling that leads out of the folder is not sent", async () => {
    const answer = await ask("/index.html", { headers: { "Accept-Encoding": "br" } });
    assert.deepEqual([answer.body, answer.headers["content-encoding"]], ["<!doctype html>", undefined]);
  });

  test("only names of this machine are answered", async () => {
    const asked = async (/** @type {string} */ host) => (await ask("/app.json", { headers: { Host: host } })).status;
    for (const host of ["127.0.0.1", "localhost", "localhost:8080", "[::1]:80", "192.168.1.2:8080"]) {
      assert.equal(await asked(host), 200, host);
    }
    for (const host of ["evil.example", "localhost.evil.example:80", "127.0.0.1.evil.example", "a b"]) {
      assert.equal(await asked(host), 403, host);
    }
  });

  test("pages of other origins may read what is served only when told so", async () => {
    const header = "access-control-allow-origin";
    assert.equal((await ask("/app.json")).headers[header], undefined);
    const options = { mounts: [{ prefix: "/", folder }], cors: "https://app.example", hosts: ["dev.example"] };
    const open = await serve(options);
    try {
      const answer = await ask("/app.json", { headers: { Host: "dev.example:1" } }, open);
      assert.deepEqual([answer.status, answer.headers[header]], [200, "https://app.example"]);
    } finally {
      await open.close();
    }
  });

  test("a port that is taken is replaced by a free one", async () => {
    const second = await serve({ mounts: [{ prefix: "/", folder }], port: Number(new URL(server.url).port) });
    try {
      assert.notEqual(second.url, server.url);
      assert.equal((await fetch(second.url)).status, 200);
    } finally {
      await second.close();
    }
  });
});
