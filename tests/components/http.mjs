/**
 * Serves a component that answers wasi:http, and asks it: with the adapter for hosts of wasi:http alone.
 *
 *     node tests/components/http.mjs [--host jco,wasmtime-crate]
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { run, track } from "../../scripts/process.mjs";
import { command, known } from "../harness/command.mjs";
import { freePort } from "../harness/free_port.mjs";
import { findToolchain } from "../harness/toolchain.mjs";
import { jcoHome, wasmtimeHost } from "./hosts.mjs";
import { buildProgram } from "./programs.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
/** The release of WASI that the program names in its imports. */
const WASI = "0.2.12";
const REQUESTS = 20;
const START_MS = 60_000;

/**
 * What serves a component: a command, and where.
 *
 * @type {Record<string, (file: string) => Promise<{command: string[], port: number}>>}
 */
const HOSTS = {
  jco: async (file) => {
    const port = await freePort();
    return { command: [join(await jcoHome(), "node_modules/.bin/jco"), "serve", file, "--port", String(port)], port };
  },
  "wasmtime-crate": async (file) => {
    const port = await freePort();
    return { command: [await wasmtimeHost(), "serve", file, String(port)], port };
  },
};

await command(main);

async function main() {
  const { values } = parseArgs({ options: { host: { type: "string", default: "jco" } } });
  const hosts = known("host", values.host.split(","), Object.keys(HOSTS));
  const { toolchain, missing } = await findToolchain(undefined);
  if (!toolchain) throw new Error(missing);
  const original = await buildProgram({ name: "http", reactor: true, options: [] }, toolchain);
  const work = mkdtempSync(join(tmpdir(), "gowasp-http-"));
  try {
    const packages = join(await jcoHome(), "node_modules");
    const world = join(work, "wit");
    mkdirSync(join(world, "deps"), { recursive: true });
    cpSync(join(HERE, "programs/http/world.wit"), join(world, "world.wit"));
    // jco brings the texts of WASI.
    const wit = join(packages, "@bytecodealliance/jco/lib/wit/builtin", WASI);
    for (const name of ["http", "io", "clocks", "random", "cli", "filesystem", "sockets"])
      cpSync(join(wit, `wasi-${name}`), join(world, "deps", name), { recursive: true });
    const optimized = join(work, "optimized.wasm");
    await run(gowaspBinary, ["optimize", original, "-o", optimized, "-q"], { output: "capture" });
    for (const [way, module] of Object.entries({ original, optimized })) {
      const file = join(work, `${way}.component.wasm`);
      const options = ["--world", `${world}#handler`, "--adapter", "proxy", "-q"];
      await run(gowaspBinary, ["component", module, "-o", file, ...options], { output: "capture" });
      for (const host of hosts) {
        await serveAndAsk(host, file);
        console.log(`✓ ${way} ${host}: ${REQUESTS} requests`);
      }
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return 0;
}

async function serveAndAsk(/** @type {string} */ host, /** @type {string} */ file) {
  const { command, port } = await HOSTS[host](file);
  const [program, ...args] = command;
  const server = track(spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true }));
  let log = "";
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (chunk) => (log += chunk));
  try {
    await answers(`http://localhost:${port}/`, () => log);
    for (let i = 0; i < REQUESTS; i++) {
      const response = await fetch(`http://localhost:${port}/path/${i}?q=${i}`);
      const text = await response.text();
      assert.equal(response.status, 200, text + log);
      assert.equal(text, `/path/${i}?q=${i} was asked for, collected: true\n`.repeat(200));
    }
  } finally {
    process.kill(-(server.pid ?? 0), "SIGKILL");
  }
}

/** Waits until a server answers. */
async function answers(/** @type {string} */ url, /** @type {() => string} */ log) {
  for (const start = performance.now(); ; ) {
    const found = await fetch(url).then(
      (response) => response.text(),
      () => undefined,
    );
    if (found !== undefined) return;
    if (performance.now() - start > START_MS) throw new Error(`it does not answer:\n${log()}`);
    await new Promise((done) => setTimeout(done, 200));
  }
}
