// What the page of a program asks this machine for. Its address holds a secret, as whoever knows it can do to files what the user can.

import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { isOurName } from "../serve/hosts.mjs";
import { mediaType } from "../serve/locate.mjs";
import { control, operate, processFacts } from "./files.mjs";

const page = `<!doctype html><title>gowasp-exec</title><link rel="icon" href="data:,"><script type="module" src="page/page.mjs"
  onerror="fetch('problem', { method: 'POST', body: 'gowasp-exec: the scripts of its page are not there' })"></script>`;
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
    if (first !== secret || !isOurName(request.headers.host, [])) return reply(response, 404);
    if (path === "") return reply(response, 200, "page.html", page);
    const answer = answers[path];
    if (!answer) return sendScript(response, path);
    try {
      const value = await answer(search && JSON.parse(decodeURIComponent(search.slice(1))), body);
      if (Buffer.isBuffer(value)) reply(response, 200, "bytes.wasm", value);
      else reply(response, 200, "value.json", JSON.stringify(value ?? null));
    } catch (error) {
      const { code = "EIO", message } = /** @type {NodeJS.ErrnoException} */ (error);
      reply(response, 422, "value.json", JSON.stringify({ code, message }));
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return `http://127.0.0.1:${port}/${secret}/`;
}

/** Bytes, also those of files, go as the type of modules: the page tells them by it from what JSON has told. */
function reply(
  /** @type {import("node:http").ServerResponse} */ response,
  /** @type {number} */ status,
  name = "nothing.txt",
  /** @type {string | Buffer} */ body = "",
) {
  response.writeHead(status, { "Content-Type": mediaType(name), "Cache-Control": "no-store" }).end(body);
}

async function sendScript(/** @type {import("node:http").ServerResponse} */ response, /** @type {string} */ path) {
  const [, folder = "", name = ""] = /^(page|dist)\/([\w.-]+)$/.exec(path) ?? [];
  const text = folders[folder] && (await readFile(new URL(name, folders[folder])).catch(() => undefined));
  if (text) reply(response, 200, name, text);
  else reply(response, 404);
}
