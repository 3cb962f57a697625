// A small static server for packed apps: sends the encoded files that lie beside a file to clients that take them,
// lets caches keep files with a hash in their name for good, and revalidates the rest.
// `node scripts/serve.mjs DIR [--port N] [--cors ORIGIN] [--allow-host NAME]...` serves a folder by hand.

import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { isOurName } from "./serve/hosts.mjs";
import { fileInside, locate, mediaType } from "./serve/locate.mjs";
import { acceptedCodings } from "./serve/negotiate.mjs";
import { throttle } from "./serve/throttle.mjs";

/**
 * @typedef {object} Mount
 * @property {string} prefix URL path that the folder appears under, from `/` to `/`
 * @property {string} folder
 * @property {boolean} [negotiate] whether encoded siblings are sent; default true
 * @property {boolean} [store] whether browsers may keep answers at all; default true
 * @property {number} [megabits] per second that each answer is slowed down to; default: not slowed down
 */

/**
 * @typedef {object} RunningServer
 * @property {string} url the address, ending in `/`
 * @property {() => Promise<void>} close ends open connections too
 */

/**
 * @typedef {object} ServeOptions
 * @property {Mount[]} mounts
 * @property {number} [port] 0 (the default) is any free one; one that is taken counts as 0
 * @property {string} [cors] the origin whose pages may read what is served, or `*`; default: none but the server's own
 * @property {string[]} [hosts] names that the server answers to, beside `localhost` and addresses
 */

/**
 * Serves folders on the loopback interface.
 *
 * @param {ServeOptions} options
 * @returns {Promise<RunningServer>}
 */
export async function serve({ mounts, port = 0, cors, hosts = [] }) {
  // The longest prefix that fits decides.
  const ordered = [...mounts].sort((a, b) => b.prefix.length - a.prefix.length);
  const server = createServer((request, response) => {
    if (cors !== undefined) allowOrigin(cors, response);
    const work = isOurName(request.headers.host, hosts)
      ? answer(ordered, request, response)
      : refuse(response, 403, `There is no host ${request.headers.host ?? ""} here; --allow-host adds one.`);
    Promise.resolve(work).catch((error) => {
      // A client that went away is no failure of the server.
      if (error.code !== "ERR_STREAM_PREMATURE_CLOSE")
        console.error(`${request.method} ${request.url}: ${error.message}`);
      response.destroy();
    });
  });
  await listen(server, port).catch((error) => {
    if (error.code !== "EADDRINUSE") throw error;
    return listen(server, 0);
  });
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${address.port}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** @returns {Promise<void>} */
function listen(/** @type {import("node:http").Server} */ server, /** @type {number} */ port) {
  return new Promise((done, fail) => {
    server.once("error", fail);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", fail);
      done();
    });
  });
}

/** Content hashes as gowasp (`.0123456789abcdef.`) and esbuild (`-ABCDEFGH.`) put them into names. */
const hashedName = /\.[0-9a-f]{16,64}\.|-[0-9A-Z]{8}\./;

async function answer(
  /** @type {Mount[]} */ mounts,
  /** @type {import("node:http").IncomingMessage} */ request,
  /** @type {import("node:http").ServerResponse} */ response,
) {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return refuse(response, 405, "Only GET and HEAD are served here.", { Allow: "GET, HEAD" });
  }
  const [path = "/"] = (request.url ?? "/").split("?");
  const mount = mounts.find(({ prefix }) => path.startsWith(prefix));
  const file = mount && (await locate(mount.folder, path.slice(mount.prefix.length)));
  if (!mount || !file) return refuse(response, 404, `There is no ${path} here.`);

  const { negotiate = true, store = true, megabits } = mount;
  const { body, coding } = negotiate
    ? await bestBody(mount.folder, file, request.headers["accept-encoding"])
    : { body: file, coding: undefined };
  const etag = `"${body.tag}${coding ? `-${coding}` : ""}"`;
  response.setHeader("Cache-Control", cacheControl(store, path));
  response.setHeader("X-Content-Type-Options", "nosniff");
  if (negotiate) response.setHeader("Vary", "Accept-Encoding");
  if (store) response.setHeader("ETag", etag);
  if (store && holds(request.headers["if-none-match"], etag)) return response.writeHead(304).end();

  if (coding) response.setHeader("Content-Encoding", coding);
  response.writeHead(200, { "Content-Type": mediaType(file.path), "Content-Length": body.size });
  if (request.method === "HEAD") return response.end();
  const stream = createReadStream(body.path);
  await (megabits ? pipeline(stream, throttle(megabits), response) : pipeline(stream, response));
}

async function bestBody(
  /** @type {string} */ folder,
  /** @type {import("./serve/locate.mjs").FoundFile} */ file,
  /** @type {string | undefined} */ accepted,
) {
  for (const { name, suffix } of acceptedCodings(accepted)) {
    const body = await fileInside(folder, file.path + suffix);
    if (body) return { body, coding: name };
  }
  return { body: file, coding: undefined };
}

function allowOrigin(/** @type {string} */ origin, /** @type {import("node:http").ServerResponse} */ response) {
  response.setHeader("Access-Control-Allow-Origin", origin);
}

function cacheControl(/** @type {boolean} */ store, /** @type {string} */ path) {
  if (!store) return "no-store";
  return hashedName.test(path) ? "public, max-age=31536000, immutable" : "no-cache";
}

function holds(/** @type {string | undefined} */ ifNoneMatch, /** @type {string} */ etag) {
  const tags = (ifNoneMatch ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes(etag) || tags.includes("*");
}

function refuse(
  /** @type {import("node:http").ServerResponse} */ response,
  /** @type {number} */ status,
  /** @type {string} */ text,
  /** @type {Record<string, string>} */ headers = {},
) {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", ...headers }).end(`${text}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: "string", default: "8080" },
      cors: { type: "string" },
      "allow-host": { type: "string", multiple: true },
    },
  });
  const folder = resolve(positionals[0] ?? ".");
  const { port, cors, "allow-host": hosts } = values;
  const { url } = await serve({ mounts: [{ prefix: "/", folder }], port: Number(port), cors, hosts });
  console.log(`${folder} at ${url}`);
}
