// What the page of a program asks this machine for. Its address holds a secret, as whoever knows it can do to files what the user can.

import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { isOurName } from "../serve/hosts.mjs";
import { mediaType } from "../serve/locate.mjs";
import { control, operate, processFacts } from "./files.mjs";

const page =
  '<!doctype html><title>gowasp-exec</title><link rel="icon" href="data:,"><script type="module" src="page/page.mjs"></script>';
/** Where the page's scripts are, by the folder in their address. @type {Record<string, URL>} */
const folders = { page: new URL("page/", import.meta.url), dist: new URL("../../dist/", import.meta.url) };

/**
 * @param {import("./program.mjs").Program} program
 * @param {string[]} args the program's own
 * @param {{ exit: (code: number) => void, problem: (text: string) => void }} on what the page may tell
 * @returns {Promise<string>} the page's address
 */
export async function servePage(program, args, on) {
  const secret = randomBytes(24).toString("base64url");
  /** @type {Record<string, (query: any, body: Buffer) => unknown>} */
  const answers = {
    "": () => page,
    "program.wasm": () => program.bytes,
    start: () => ({ ...processFacts(), argv: [program.path, ...args], abi: program.abi }),
    files: ([name, ...rest], body) => operate(name, rest, body),
    process: ([name, argument]) => control(name, argument),
    exit: (code) => on.exit(code),
    problem: (_, body) => on.problem(body.toString()),
  };
  const server = createServer(async (request, response) => {
    const { pathname, search } = new URL(request.url ?? "/", "http://page");
    const [, first, path = ""] = /^\/([^/]*)\/(.*)$/.exec(pathname) ?? [];
    const body = await buffer(request).catch(() => Buffer.alloc(0));
    if (first !== secret || !isOurName(request.headers.host, [])) return response.writeHead(404).end();
    const answer = answers[path];
    if (!answer) return sendScript(response, path);
    const query = search && JSON.parse(decodeURIComponent(search.slice(1)));
    try {
      send(response, path, await answer(query, body));
    } catch (error) {
      const { code = "EIO", message } = /** @type {NodeJS.ErrnoException} */ (error);
      send(response, "error", { code, message });
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return `http://127.0.0.1:${port}/${secret}/`;
}

function send(
  /** @type {import("node:http").ServerResponse} */ response,
  /** @type {string} */ path,
  /** @type {unknown} */ value,
) {
  const type =
    path === "" ? "text/html; charset=utf-8" : Buffer.isBuffer(value) ? "application/wasm" : mediaType(".json");
  const body = path === "" || Buffer.isBuffer(value) ? value : JSON.stringify(value ?? null);
  response.writeHead(path === "error" ? 422 : 200, { "Content-Type": type, "Cache-Control": "no-store" }).end(body);
}

async function sendScript(/** @type {import("node:http").ServerResponse} */ response, /** @type {string} */ path) {
  const [, folder = "", name = ""] = /^(page|dist)\/([\w.-]+)$/.exec(path) ?? [];
  const text = await readFile(new URL(name, folders[folder] ?? folders.page)).catch(() => undefined);
  if (!folder || !text) response.writeHead(404).end();
  else response.writeHead(200, { "Content-Type": mediaType(name) }).end(text);
}
