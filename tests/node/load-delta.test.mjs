// Updates: a module made from the version in the Cache API and a delta that `gowasp pack --keep` wrote. The server sends
// files as they are; tests/browser has the same with a real program in Chromium.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, beforeEach, test } from "node:test";
import { load } from "../../dist/index.js";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { optimizerMissing } from "../harness/optimize.mjs";
import { serve, WASM, whole } from "./load/fixture.mjs";
import { MemoryCaches } from "./load/memory-caches.mjs";

const skip = Boolean(optimizerMissing(gowaspBinary));
const folder = mkdtempSync(join(tmpdir(), "gowasp-delta-"));
after(() => rmSync(folder, { recursive: true }));

beforeEach(() => {
  globalThis.caches = new MemoryCaches();
});
afterEach(() => {
  delete globalThis.caches;
});

const PADDING = 300_000;

/** A module that exports `version`, which returns that number, and has data that compresses to half. */
function version(/** @type {number} */ number) {
  let state = 1;
  const noise = Array.from({ length: PADDING }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    // No zeros, which need not be in the file.
    return (state >>> 28) + 1;
  });
  noise.splice(number * 1000, 100, ...Array.from({ length: 200 }, (_, at) => ((at * number * 7) % 255) + 1));
  const leb = (/** @type {number} */ value) => [(value & 127) | 128, ((value >>> 7) & 127) | 128, value >>> 14];
  const section = (/** @type {number} */ id, /** @type {number[]} */ bytes) => [id, ...leb(bytes.length), ...bytes];
  const name = [...Buffer.from("version")];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 0, 1, 0x7f]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 10]),
    ...section(7, [2, name.length, ...name, 0, 0, 1, 0x6d, 2, 0]),
    ...section(10, [1, 4, 0, 0x41, number, 0x0b]),
    ...section(11, [1, 0, 0x41, 0, 0x0b, ...leb(noise.length), ...noise]),
  ]);
}

/** Packs versions in order; returns the files that are there after each. */
function deploys(/** @type {string} */ name, /** @type {number[]} */ numbers) {
  const output = join(folder, name);
  return numbers.map((number) => {
    const flags = ["--name", "app", "--brotli", "9", "--encodings", "br,gzip", "--keep", "2", "--clean", "--quiet"];
    execFileSync(gowaspBinary, ["pack", "-", "-o", output, ...flags], { input: version(number) });
    return new Map(readdirSync(output).map((file) => [file, readFileSync(join(output, file))]));
  });
}

/** A server of files, which another deploy replaces, changed by `change`. */
async function host(/** @type {Map<string, Buffer>} */ first) {
  const routes = {};
  const server = await serve(routes);
  const deploy = (/** @type {Map<string, Buffer>} */ files, change = (_, bytes) => bytes) => {
    for (const route of Object.keys(routes)) delete routes[route];
    for (const [file, bytes] of files) {
      const body = change(file, bytes);
      if (body) routes[`/${file}`] = whole(body, file.endsWith(".wasm") ? WASM : {});
    }
  };
  deploy(first);
  return { ...server, source: `${server.url}/app.json`, deploy };
}

const shaOf = (/** @type {Map<string, Buffer>} */ files) => JSON.parse(String(files.get("app.json"))).module.sha256;

/** Storing goes on after load() has resolved. */
async function kept(/** @type {Map<string, Buffer>} */ files) {
  const hash = shaOf(files);
  for (let wait = 0; wait < 200; wait++) {
    if (caches.entries.length === 1 && caches.entries[0][1].endsWith(hash)) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail(`${hash} is not what is kept: ${caches.entries}`);
}

const isDelta = (/** @type {string} */ file) => file.endsWith(".dcb");

test("updates come as deltas, one after the other, and are kept", { skip }, async () => {
  const [one, two, three] = deploys("chain", [1, 2, 3]);
  const { source, deploy, requests } = await host(one);
  assert.equal((await load(source)).via, "decoder");
  await kept(one);
  for (const [files, number] of /** @type {const} */ ([
    [two, 2],
    [three, 3],
  ])) {
    deploy(files);
    requests.length = 0;
    const seen = [];
    const app = await load(source, { onProgress: (progress) => seen.push(progress) });
    assert.deepEqual([app.via, app.exports.version()], ["delta", number]);
    assert.equal(seen.at(-1).loaded, JSON.parse(files.get("app.json")).module.size);
    assert.equal(requests.length, 2, String(requests));
    assert.ok(isDelta(requests[1]), requests[1]);
    assert.ok(files.get(requests[1].slice(1)).length < 3000);
    await kept(files);
  }
  assert.equal((await load(source)).via, "cache");
});

test("a version is skipped: there is a delta from each of those that are kept", { skip }, async () => {
  const [one, , three] = deploys("skipped", [1, 2, 3]);
  const { source, deploy } = await host(one);
  await load(source);
  await kept(one);
  deploy(three);
  const app = await load(source);
  assert.deepEqual([app.via, app.exports.version()], ["delta", 3]);
});

test("two at once get the same", { skip }, async () => {
  const [one, two] = deploys("twice", [1, 2]);
  const { source, deploy } = await host(one);
  await load(source);
  await kept(one);
  deploy(two);
  const apps = await Promise.all([load(source), load(source)]);
  assert.deepEqual(
    apps.map((app) => [app.via, app.exports.version()]),
    [
      ["delta", 2],
      ["delta", 2],
    ],
  );
  await kept(two);
});

test("whatever is wrong with a delta, the whole module is loaded, and that is kept", { skip }, async () => {
  const [one, two, three] = deploys("bad", [1, 2, 3]);
  const other = [...three].find(([file]) => isDelta(file))?.[1] ?? Buffer.alloc(0);
  const edited = (/** @type {Buffer} */ bytes, /** @type {number} */ at) => {
    const copy = Buffer.from(bytes);
    copy[at] ^= 4;
    return copy;
  };
  const changes = {
    "is missing": () => undefined,
    "is empty": () => Buffer.alloc(0),
    "is cut in its header": (/** @type {Buffer} */ bytes) => bytes.subarray(0, 20),
    "is cut": (/** @type {Buffer} */ bytes) => bytes.subarray(0, bytes.length - 20),
    "is a page": () => Buffer.from("<!doctype html>"),
    "has another magic": (/** @type {Buffer} */ bytes) => edited(bytes, 1),
    "names another base": (/** @type {Buffer} */ bytes) => edited(bytes, 10),
    "is corrupt": (/** @type {Buffer} */ bytes) => edited(bytes, bytes.length - 60),
    "is of another version": (/** @type {Buffer} */ bytes) =>
      Buffer.concat([bytes.subarray(0, 36), other.subarray(36)]),
    "goes on": (/** @type {Buffer} */ bytes) => Buffer.concat([bytes, Buffer.alloc(9)]),
  };
  for (const [what, change] of Object.entries(changes)) {
    globalThis.caches = new MemoryCaches();
    const { source, deploy } = await host(one);
    await load(source);
    await kept(one);
    deploy(two, (file, bytes) => (isDelta(file) ? change(bytes) : bytes));
    const app = await load(source, { retries: 0 });
    assert.deepEqual([app.via, app.exports.version()], ["decoder", 2], what);
    await kept(two);
  }
});

test("a manifest whose deltas are none is read without them", { skip }, async () => {
  const [one, two] = deploys("fields", [1, 2]);
  const { dcb, from } = JSON.parse(two.get("app.json")).module.deltas[0];
  for (const deltas of [
    7,
    "none",
    [],
    [null, 1, {}],
    [{ from }],
    [{ from: "0", dcb }],
    [{ from, dcb: { ...dcb, url: "https://example.com/x.dcb" } }],
    [{ from, dcb: { ...dcb, size: 2 ** 31 } }],
  ]) {
    globalThis.caches = new MemoryCaches();
    const { source, deploy } = await host(one);
    await load(source);
    await kept(one);
    deploy(two, (file, bytes) => {
      if (file !== "app.json") return bytes;
      const manifest = JSON.parse(String(bytes));
      manifest.module.deltas = deltas;
      return JSON.stringify(manifest);
    });
    assert.equal((await load(source)).via, "decoder", JSON.stringify(deltas));
  }
});

test("no delta without the version that it starts from, or if nothing is to be checked", { skip }, async () => {
  const [one, two] = deploys("evicted", [1, 2]);
  const { source, deploy, requests } = await host(one);
  await load(source);
  await kept(one);
  deploy(two);
  assert.equal((await load(source, { cache: false })).via, "decoder");
  assert.equal((await load(source, { integrity: false })).via, "decoder");

  const [[name, key]] = caches.entries;
  const bytes = Buffer.from(caches.stores.get(name).get(key));
  bytes[bytes.length - 50_000] ^= 1;
  caches.stores.get(name).set(key, Uint8Array.from(bytes).buffer);
  assert.equal((await load(source)).via, "decoder", "what is kept is damaged");
  await kept(two);

  globalThis.caches = new MemoryCaches();
  requests.length = 0;
  assert.equal((await load(source)).via, "decoder", "nothing is kept");
  assert.ok(!requests.some(isDelta), String(requests));
});
