// gowasp/workers: Go programs that answer requests, in workerd and in Deno.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { root } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";
import { openProject } from "./project.mjs";

/** @typedef {import("./run.mjs").Environment} Environment */
/** @typedef {Parameters<Environment["test"]>[0]} Context */

const here = fileURLToPath(new URL(".", import.meta.url));

/** @returns {Promise<string>} the project, with the program of a folder in it as `edge.wasm` */
async function open(/** @type {Context} */ context, /** @type {string} */ folder) {
  const project = await openProject(context, "runtimes");
  const env = { ...process.env, GOOS: "js", GOARCH: "wasm", GOFLAGS: "" };
  const args = ["build", "-o", join(project, "edge.wasm"), "."];
  await run("go", args, { cwd: folder, env, output: "capture" });
  return project;
}

const programs = { handler: join(here, "edge/handler"), syumai: join(here, "edge/syumai") };

/**
 * Serves a program by workerd, as wrangler does it.
 *
 * @param {Context} context
 * @param {string} program its folder
 * @param {string} instances
 * @param {{ [option: string]: unknown }} options of miniflare
 * @param {(site: { url: URL, miniflare: any, log: () => string }) => Promise<void>} test
 */
async function inWorkerd(context, program, instances, options, test) {
  const project = await open(context, program);
  const { Miniflare } = await import(pathToFileURL(join(project, "node_modules/miniflare/dist/src/index.js")).href);
  const entry = join(project, "bundle.js");
  await build({
    entryPoints: [join(project, "edge.js")],
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["*.wasm"],
    define: { INSTANCES: JSON.stringify(instances) },
    outfile: entry,
    logLevel: "silent",
  });
  let log = "";
  const miniflare = new Miniflare({
    compatibilityDate: "2026-07-01",
    kvNamespaces: ["STORE"],
    ...options,
    modulesRoot: project,
    modules: [
      { type: "ESModule", path: entry },
      { type: "CompiledWasm", path: join(project, "edge.wasm") },
    ],
    bindings: { NAME: "Ada" },
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
    handleRuntimeStdio: (/** @type {any[]} */ ...streams) => {
      for (const stream of streams) {
        stream.on("data", (/** @type {Buffer} */ chunk) => {
          log += chunk;
        });
      }
    },
  });
  try {
    await miniflare.ready;
    // Not by miniflare's own proxy, which hides how a connection ends.
    await test({ url: await miniflare.unsafeGetDirectURL(), miniflare, log: () => log });
  } finally {
    await miniflare.dispose();
  }
}

/** What a request becomes: status and text, or what broke. */
async function ask(/** @type {URL} */ url, /** @type {string} */ path, /** @type {RequestInit} */ init = {}) {
  const response = await fetch(new URL(path, url), init);
  return `${response.status} ${(await response.text()).trim()}`;
}

const post = (/** @type {BodyInit} */ body) => ({ method: "POST", body });

/** What any host does. */
async function answers(/** @type {URL} */ url) {
  assert.equal(await ask(url, "/"), "200 Hello from Go");
  assert.equal(await ask(url, "/nothing"), "404 404 page not found");
  const put = { method: "PUT", body: "x", headers: { "X-Test": "y" } };
  const response = await fetch(new URL("/request?q=%201", url), put);
  assert.equal(response.status, 418);
  assert.deepEqual(response.headers.getSetCookie(), ["a=1", "b=2"]);
  assert.equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
  assert.equal(await response.text(), `PUT ${url.host} /request?q=%201 /request?q=%201 y 1 Ada Ada`);
  assert.equal((await fetch(url, { method: "HEAD" })).status, 200);
  assert.equal(await ask(url, "/sleep?ms=10", post("alone")), "200 alone <nil>");
  assert.equal(await ask(url, "/bad"), "500 Internal Server Error");
  const large = new Uint8Array(3e6).map((_, at) => at % 251);
  const echo = await fetch(new URL("/echo", url), post(large));
  assert.deepEqual(new Uint8Array(await echo.arrayBuffer()), large);
  await streams(url);
}

/** Pieces arrive when they are flushed, and not all at the end. */
async function streams(/** @type {URL} */ url) {
  const response = await fetch(new URL("/stream?ms=20", url));
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  /** @type {string[]} */
  const pieces = [];
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) pieces.push(decoder.decode(chunk));
  assert.equal(pieces.join(""), Array.from({ length: 10 }, (_, at) => `data: ${at}\n`).join(""));
  assert.ok(pieces.length > 3, `${pieces.length} pieces`);
}

/** Requests that overlap. */
async function overlap(/** @type {URL} */ url) {
  const sleepers = Array.from({ length: 20 }, (_, at) =>
    ask(url, `/sleep?ms=${20 + ((at * 37) % 100)}`, post(`body ${at}`)),
  );
  assert.deepEqual(
    await Promise.all(sleepers),
    sleepers.map((_, at) => `200 body ${at} <nil>`),
  );
  const locked = Array.from({ length: 5 }, (_, at) => ask(url, "/locked?ms=10", post(`locked ${at}`)));
  assert.deepEqual(
    await Promise.all(locked),
    locked.map((_, at) => `200 locked ${at} <nil>`),
  );
  const other = encodeURIComponent(new URL("/sleep?ms=20", url).href);
  const fetching = Array.from({ length: 4 }, (_, at) => ask(url, `/fetch?ms=${at * 7}&url=${other}`));
  assert.deepEqual(
    await Promise.all(fetching),
    fetching.map(() => "200 200  <nil> <nil>"),
  );
  const late = encodeURIComponent(new URL("/sleep?ms=800", url).href);
  assert.match(await ask(url, `/fetch?ms=1&url=${late}`), /^200 error: .*context deadline exceeded$/);
}

/** What ends a program, or leaves it in a state that nobody meant. The next request finds a fresh one. */
async function endings(/** @type {URL} */ url) {
  for (const path of ["/panic", "/goroutine", "/exit", "/never"]) {
    assert.equal(await ask(url, path), "500 Internal Server Error", path);
    assert.equal(await ask(url, "/count"), "200 1", `after ${path}`);
  }
  assert.equal(await ask(url, "/abort"), "500 Internal Server Error");
  await ask(url, "/panic-midway").catch(() => {});
  assert.equal(await ask(url, "/count"), "200 1", "after /panic-midway");
}

/** Sends some bytes and breaks the connection `after` milliseconds later. */
async function cut(/** @type {URL} */ { hostname, port }, /** @type {string} */ text, after = 100) {
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  socket.on("error", () => {});
  socket.resume();
  socket.write(text.replaceAll("\n", "\r\n"));
  await pause(after);
  socket.destroy();
}

/** @type {[string, string, object, boolean][]} */
const workerds = [
  ["workerd, an instance for each request", "request", {}, true],
  ["workerd, one instance for all", "shared", { compatibilityFlags: ["enable_request_signal"] }, true],
  ["workerd of 2024-09, one instance for all", "shared", { compatibilityDate: "2024-09-01" }, false],
  ["workerd of 2022, one instance for all", "shared", { compatibilityDate: "2022-06-01" }, false],
];

/** @type {Environment[]} */
const handlers = workerds.map(([name, instances, options, ci]) => ({
  name: `gowasp/workers: ${name}`,
  ci,
  test: (context) =>
    inWorkerd(context, programs.handler, instances, options, async ({ url, miniflare, log }) => {
      await answers(url);
      await overlap(url);

      assert.equal(await ask(url, "/later?ms=30"), "200 now");
      await pause(300);
      const store = await miniflare.getKVNamespace("STORE");
      assert.equal(await store.get("later"), "done");

      const first = await ask(url, "/count");
      assert.equal(first, "200 1");
      assert.equal(await ask(url, "/count"), instances === "shared" ? "200 2" : "200 1");
      await endings(url);
      assert.match(log(), /panic: by hand[\s\S]*main\.main\.func/);
      assert.match(log(), /panic: in a goroutine[\s\S]*main\.main\.func/);

      await ask(url, "/count");
      await cut(url, "POST /echo HTTP/1.1\nhost: x\ncontent-length: 1000\n\nabc");
      await pause(300);
      assert.match(log(), /the body ended with: the body was cut/);
      assert.equal(await ask(url, "/count"), "200 1", "after a body that was cut");
      await cut(url, "GET /stream?ms=50 HTTP/1.1\nhost: x\n\n", 150);
      await pause(300);
      if ("compatibilityFlags" in options) assert.match(log(), /stream: the client has gone away/);
      assert.doesNotMatch(log(), /Warning|hung/);
    }),
}));

/** @type {Environment} */
const syumai = {
  name: "gowasp/workers: a program for github.com/syumai/workers",
  ci: true,
  test: (context) =>
    inWorkerd(context, programs.syumai, "request", {}, async ({ url, miniflare, log }) => {
      const hello = Array.from({ length: 3 }, () => ask(url, "/hello"));
      assert.deepEqual(await Promise.all(hello), Array(3).fill("200 Hello, Ada"));
      assert.equal(await ask(url, "/echo", post("as it came")), "200 as it came");
      assert.equal(await ask(url, "/slow-echo", post("slow")), "200 0\n1\n2\nslow <nil>");
      assert.equal(await ask(url, "/kv"), "200 <nil>");
      assert.equal(await ask(url, "/panic"), "500 Internal Server Error");
      assert.match(log(), /panic: by hand/);
      await (await miniflare.getWorker()).scheduled({ cron: "* * * * *" });
      assert.equal(await (await miniflare.getKVNamespace("STORE")).get("cron"), "* * * * *");
    }),
};

/** @type {Environment[]} */
const deno = ["request", "shared"].map((instances) => ({
  name: `gowasp/workers: Deno, ${instances}`,
  ci: instances === "shared",
  test: async (context) => {
    const project = await open(context, programs.handler);
    const program = join(project, "node_modules/@deno/linux-x64-glibc/deno");
    const args = ["run", "--allow-read", "--allow-net", "deno-edge.js", instances];
    const server = spawn(program, args, { cwd: project, stdio: ["ignore", "pipe", "ignore"] });
    try {
      const [port] = await once(server.stdout, "data");
      const url = new URL(`http://127.0.0.1:${String(port).trim()}`);
      await answers(url);
      await overlap(url);
      await endings(url);
    } finally {
      server.kill();
    }
  },
}));

/** @type {Environment} */
const example = {
  name: "gowasp/workers: examples/cloudflare-workers",
  ci: true,
  test: (context) =>
    inWorkerd(
      context,
      join(root, "examples/cloudflare-workers"),
      "shared",
      { kvNamespaces: ["VISITS"] },
      async ({ url }) => {
        assert.equal(await ask(url, "/hello"), "200 Hello, Ada!");
        assert.equal(await ask(url, "/visits"), "200 1");
        await pause(200);
        assert.equal(await ask(url, "/visits"), "200 2");
        const other = encodeURIComponent(new URL("/hello", url).href);
        assert.equal(await ask(url, `/page?url=${other}`), "200 Hello, Ada!");
        assert.match(await ask(url, "/page?url=nowhere"), /^502 /);
      },
    ),
};

export const edge = [...handlers, syumai, ...deno, example];
