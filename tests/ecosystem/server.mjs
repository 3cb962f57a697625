// Servers of projects: their own, for development, and a plain one for what they built, which negotiates no encoding.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { join, normalize } from "node:path";
import { mediaType } from "../../npx/serve/locate.mjs";
import { track } from "../../scripts/process.mjs";
import { freePort } from "../harness/free_port.mjs";

/**
 * @typedef {object} Site
 * @property {string} url ends in `/`
 * @property {() => Promise<void>} close
 */

/**
 * Serves folders as they are.
 *
 * @param {string[]} folders where a file is looked for, in order
 * @returns {Promise<Site>}
 */
export async function serveFolders(folders) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://site");
    const path = normalize(pathname.endsWith("/") ? `${pathname}index.html` : decodeURIComponent(pathname));
    for (const folder of folders) {
      const file = join(folder, path);
      const found = await stat(file).catch(() => undefined);
      if (!found?.isFile()) continue;
      response.writeHead(200, { "Content-Type": mediaType(file), "Content-Length": found.size });
      createReadStream(file).pipe(response);
      return;
    }
    response.writeHead(404, { "Content-Type": "text/html" }).end("<!doctype html><title>Not found</title>");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}/`,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Milliseconds that a server may take to start on a busy machine. */
const patience = 120_000;

/**
 * Starts a project's own server and waits until it answers.
 *
 * @param {string} cwd the project
 * @param {(port: string) => string[]} command a script of its node_modules for Node, and its arguments
 * @param {NodeJS.ProcessEnv | ((port: string) => NodeJS.ProcessEnv)} [env]
 * @returns {Promise<Site>}
 */
export async function serveProject(cwd, command, env = process.env) {
  const port = String(await freePort());
  const url = `http://localhost:${port}/`;
  const child = track(
    spawn(process.execPath, command(port), {
      cwd,
      env: typeof env === "function" ? env(port) : env,
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text) => (output = (output + text).slice(-4000)));
  const end = Date.now() + patience;
  while (child.exitCode === null && Date.now() < end) {
    const answered = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return { url, close: () => stop(child) };
    await new Promise((done) => setTimeout(done, 200));
  }
  await stop(child);
  throw new Error(`the server does not start:\n${output}`);
}

async function stop(/** @type {import("node:child_process").ChildProcess} */ child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  // Gently: some have children of their own to end, who hold these pipes, too.
  child.kill("SIGTERM");
  const hurry = setTimeout(() => child.kill("SIGKILL"), 5000);
  await ended;
  clearTimeout(hurry);
  child.stdout?.destroy();
  child.stderr?.destroy();
}
