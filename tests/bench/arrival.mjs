// From the first fetch to Go's main: `load()` against `instantiateStreaming` with Go's own `wasm_exec.js`, in three
// browsers. All variants take turns, each in a frame of a site of its own, so that no engine finds what it compiled before.
// The ratio is that of the medians, with its 95 % interval (bootstrap).
//
//   node tests/bench/arrival.mjs [--browser NAME]... [--mbit RATE]... [--rounds N]

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { BROWSERS, resultOfPage } from "../harness/browsers.mjs";
import { command, wholeNumber } from "../harness/command.mjs";
import { goroot } from "../harness/go.mjs";
import { input, manifestOf, packageFiles } from "./loader_input.mjs";
import { median, ratioOfMedians } from "./measure/statistics.mjs";
import { table } from "./measure/table.mjs";

const usage = `Usage: node tests/bench/arrival.mjs [--browser NAME]... [--mbit RATE]... [--rounds N]

  --browser NAME   ${Object.keys(BROWSERS).join(", ")}; default all
  --mbit RATE      megabits a second that the server sends, 0 for as fast as it goes; default 0 and 50
  --rounds N       default 41`;

const PLAIN = "plain";
/** What runs in the frame: see arrival_frame.mjs. */
const variants = {
  [PLAIN]: {},
  "plain, again": {},
  "load()": { options: {} },
  "load(), without a manifest": { url: "/app.wasm", options: {} },
  "load(), progress": { options: { progress: true } },
  "load(), integrity": { options: { integrity: true } },
};

/** Milliseconds between two pieces of a throttled answer. */
const TICK = 4;

/** Milliseconds for one browser and rate: generous, for busy machines. */
const PATIENCE = 30 * 60_000;

await command(async () => {
  const { values } = parseArgs({
    options: {
      browser: { type: "string", multiple: true, default: Object.keys(BROWSERS) },
      mbit: { type: "string", multiple: true, default: ["0", "50"] },
      rounds: { type: "string", default: "41" },
    },
  });
  const rounds = wholeNumber("rounds", values.rounds);
  const files = await frameFiles();
  for (const browser of values.browser) {
    const missing = BROWSERS[browser].missing();
    if (missing) {
      console.log(`${missing}\n`);
      continue;
    }
    for (const mbit of values.mbit.map(Number)) {
      const server = await serve(files, mbit);
      try {
        const { port } = server.address();
        const page = `<!doctype html><script type="module">${runner(port, rounds)}</script>`;
        const times = await resultOfPage(browser, { "/": ["text/html", page] }, { timeoutMs: PATIENCE });
        print(`${browser}, ${mbit ? `${mbit} Mbit/s` : "unthrottled"}, ${rounds} rounds`, times);
      } finally {
        server.closeAllConnections();
        server.close();
      }
    }
  }
}, usage);

function print(title, times) {
  const rows = Object.keys(variants).map((name) => {
    const { ratio, low, high } = ratioOfMedians(times[name], times[PLAIN]);
    const figures = [ratio, low, high].map((figure) => figure.toFixed(3));
    return [name, median(times[name]).toFixed(0), ...figures];
  });
  console.log(`### ${title}\n\n${table(["", "ms", "ratio", "95 %: from", "to"], rows)}\n`);
}

/** The script of the page: one frame after the other, in an order that changes from round to round. */
function runner(port, rounds) {
  return `
    const names = ${JSON.stringify(Object.keys(variants))};
    const times = Object.fromEntries(names.map((name) => [name, []]));
    let count = 0;
    function measure(name) {
      return new Promise((resolve, reject) => {
        const frame = document.createElement("iframe");
        onmessage = ({ data }) => {
          frame.remove();
          if (data.error) reject(new Error(name + ": " + data.error));
          else resolve(data.ms);
        };
        frame.src = "http://n" + count++ + ".localhost:${port}/?" + encodeURIComponent(name);
        document.body.append(frame);
      });
    }
    let result = times;
    try {
      for (const name of names) await measure(name);
      for (let round = 0; round < ${rounds}; round++) {
        for (let at = 0; at < names.length; at++) {
          const name = names[(at + round) % names.length];
          times[name].push(await measure(name));
        }
      }
    } catch (error) {
      result = { error: String(error) };
    }
    await fetch("/result", { method: "POST", body: JSON.stringify(result) });`;
}

/** What a frame may ask for, by path. */
async function frameFiles() {
  const { raw, br } = await input();
  const script = (path) => ["text/javascript", readFileSync(path)];
  const page = `<!doctype html><script src="/wasm_exec.js"></script>
    <script type="module">import { start } from "/frame.mjs"; start(${JSON.stringify(variants)});</script>`;
  return {
    ...packageFiles(),
    "/": ["text/html", page],
    "/frame.mjs": script(new URL("arrival_frame.mjs", import.meta.url)),
    "/page.mjs": script(new URL("loader_page.mjs", import.meta.url)),
    "/wasm_exec.js": script(join(goroot(), "lib/wasm/wasm_exec.js")),
    "/app.json": ["application/json", manifestOf(raw, br)],
    "/app.wasm": ["application/wasm", br],
  };
}

async function serve(files, mbit) {
  const headers = {
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "cross-origin",
    "cache-control": "no-store",
  };
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://frame").pathname;
    const [type, body] = files[path] ?? [];
    if (body === undefined) return response.writeHead(404, headers).end();
    const encoded = path === "/app.wasm" ? { "content-encoding": "br" } : {};
    const size = Buffer.byteLength(body);
    response.writeHead(200, { ...headers, ...encoded, "content-type": type, "content-length": size });
    if (!mbit || !encoded["content-encoding"]) return response.end(body);
    const start = performance.now();
    for (let sent = 0; sent < size && !response.destroyed; await wait(TICK)) {
      const due = Math.min(size, Math.ceil((performance.now() - start) * mbit * 125));
      response.write(body.subarray(sent, due));
      sent = due;
    }
    response.end();
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  return server;
}
