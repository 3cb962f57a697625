// Updates in Chromium: esbuild, and esbuild with an edit, from a static host that negotiates nothing, by the loader; and
// from a server that negotiates compression dictionaries (RFC 9842), by the browser itself.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launchChromium } from "../../scripts/chromium.mjs";
import { edit } from "../../scripts/demo/update.mjs";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";
import { inputPath } from "../harness/inputs.mjs";
import { bytes, startServer } from "../harness/pages/server.mjs";
import { until } from "../harness/pages/until.mjs";

/** @type {import("playwright-core").Browser} */
let browser;
const folder = mkdtempSync(join(tmpdir(), "gowasp-updates-"));

/** The two versions, as files by name. @type {Files[]} */
const versions = [];
/** @typedef {{ manifest: any, file: (name: string) => Buffer }} Files */

before(async () => {
  browser = await launchChromium();
  const original = readFileSync(inputPath("esbuild"));
  const flags = ["--name", "esbuild", "--encodings", "br", "--brotli", "9", "--keep", "1", "--quiet"];
  for (const wasm of [original, edit(original)]) {
    const input = join(folder, "input.wasm");
    writeFileSync(input, wasm);
    await run(gowaspBinary, ["pack", input, "-o", join(folder, "out"), ...flags], { output: "capture" });
    const manifest = JSON.parse(readFileSync(join(folder, "out/app.json"), "utf8"));
    versions.push({ manifest, file: (name) => readFileSync(join(folder, "out", name)) });
  }
});
after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

/** Loads esbuild in the page and returns what it prints as its version. */
const printVersion = async () => {
  const { load } = await import(`${location.origin}/gowasp/index.js`);
  let stdout = "";
  const app = await load("app.json", {
    args: ["--version"],
    stdout: (/** @type {Uint8Array} */ chunk) => {
      stdout += new TextDecoder().decode(chunk);
    },
  });
  await app.exited;
  return { stdout, via: app.via };
};

/**
 * Whether the page keeps this module, all of it, its manifest, and nothing else: deleting what was kept before is the last thing
 * that is done. A page that is left before that may find either version, or none.
 */
const isKept = async (/** @type {string} */ sha256) => {
  const [name] = (await caches.keys()).filter((name) => name.startsWith("gowasp "));
  if (!name) return false;
  const cache = await caches.open(name);
  const urls = (await cache.keys()).map(({ url }) => url);
  const module = urls.find((url) => url.includes(sha256));
  if (!module || urls.length !== 2 || !urls.some((url) => url.endsWith("/app.json"))) return false;
  const response = await cache.match(module);
  return response !== undefined && (await response.arrayBuffer()).byteLength > 0;
};

test("a static host: the update costs its delta", async () => {
  const server = await startServer();
  const page = await browser.newPage();
  try {
    /** Bytes of bodies that were sent, without the package's own files. */
    let sent = 0;
    const counted = (/** @type {Uint8Array} */ body, /** @type {string} */ type) => {
      const answer = bytes(body, type);
      return (/** @type {any} */ request, /** @type {any} */ response) => {
        sent += body.length;
        answer(request, response);
      };
    };
    const deploy = ({ manifest, file }) => {
      const { module } = manifest;
      server.answers.set("/app.json", counted(Buffer.from(JSON.stringify(manifest)), "application/json"));
      server.answers.set(`/${module.url}`, counted(file(module.url), "application/wasm"));
      const others = [module.encodings.br.url, ...(module.deltas ?? []).map(({ dcb }) => dcb.url)];
      for (const name of others) server.answers.set(`/${name}`, counted(file(name), "application/octet-stream"));
    };
    deploy(versions[0]);
    await page.goto(server.url);
    assert.deepEqual(await page.evaluate(printVersion), { stdout: "0.28.2\n", via: "decoder" });
    await until(page, isKept, versions[0].manifest.module.sha256);

    deploy(versions[1]);
    await page.reload();
    sent = 0;
    assert.deepEqual(await page.evaluate(printVersion), { stdout: "0.28.9\n", via: "delta" });
    assert.ok(sent < 45_000, `${sent} bytes`);
    console.log(`update: ${sent} bytes of bodies`);

    await until(page, isKept, versions[1].manifest.module.sha256);
    await page.reload();
    assert.deepEqual(await page.evaluate(printVersion), { stdout: "0.28.9\n", via: "cache" });
  } finally {
    await page.close();
    await server.close();
  }
});

test("a server that negotiates: the browser decodes the delta by itself", async () => {
  const server = await startServer();
  const page = await browser.newPage();
  try {
    /** @type {(string | undefined)[]} */
    const answered = [];
    const headers = {
      "Use-As-Dictionary": 'match="/esbuild.*.wasm"',
      "Cache-Control": "public, max-age=31536000, immutable",
      Vary: "Accept-Encoding, Available-Dictionary",
    };
    const deploy = ({ manifest, file }) => {
      const { module } = manifest;
      server.answers.set("/app.json", bytes(JSON.stringify(manifest), "application/json"));
      server.answers.set(`/${module.url}`, (request, response) => {
        const have = String(request.headers["available-dictionary"] ?? "").slice(1, -1);
        const from = Buffer.from(have, "base64").toString("hex");
        const takes = /\bdcb\b/.test(String(request.headers["accept-encoding"]));
        const delta = takes && module.deltas?.find((/** @type {any} */ one) => one.from === from);
        const encoding = delta ? "dcb" : "br";
        answered.push(encoding);
        const body = file((delta ? delta.dcb : module.encodings.br).url);
        bytes(body, "application/wasm", { ...headers, "Content-Encoding": encoding })(request, response);
      });
    };
    // Says whether the browser has a dictionary yet; it is stored in the background.
    server.answers.set("/esbuild.probe.wasm", (request, response) =>
      bytes(String(request.headers["available-dictionary"] ?? ""), "text/plain", { "Cache-Control": "no-store" })(
        request,
        response,
      ),
    );
    deploy(versions[0]);
    await page.goto(server.url);
    assert.deepEqual(await page.evaluate(printVersion), { stdout: "0.28.2\n", via: "native" });
    await until(page, async () => (await (await fetch("esbuild.probe.wasm")).text()) !== "");
    deploy(versions[1]);
    await page.reload();
    assert.deepEqual(await page.evaluate(printVersion), { stdout: "0.28.9\n", via: "native" });
    assert.deepEqual(answered, ["br", "dcb"]);
  } finally {
    await page.close();
    await server.close();
  }
});
