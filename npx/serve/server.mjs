// A small static server for packed apps: sends the encoded files that lie beside a file to clients that take them,
// lets caches keep files with a hash in their name for good, and revalidates the rest.

import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { pipeline } from "node:stream/promises";
import { isOurName } from "./hosts.mjs";
import { fileInside, locate, mediaType } from "./locate.mjs";
import { acceptedCodings } from "./negotiate.mjs";
import { reloadPath, reloadScript, watchForChanges } from "./reload.mjs";
import { throttle } from "./throttle.mjs";

/**
 * @typedef {object} Mount
 * @property {string} prefix URL path that the folder appears under, from `/` to `/`
 * @property {string} folder
 * @property {boolean} [negotiate] whether encoded siblings are sent; default true
 * @property {boolean} [store] whether browsers may keep answers at all; default true
 * @property {number} [megabits] per second that each answer is slowed down to; default: not slowed down
 * @property {Record<string, string>} [aliases] what answers `path?query` below the prefix, where it is not the file `path`
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
 * @property {boolean} [isolate] whether pages are cross-origin isolated, and so get SharedArrayBuffer
 * @property {boolean} [reload] whether pages load themselves again when a file changes
 * @property {string[]} [hosts] names that the server answers to, beside `localhost` and addresses
 */

/**
 * Serves folders on the loopback interface.
 *
 * @param {ServeOptions} options
 * @returns {Promise<RunningServer>}
 */
export async function serve({ mounts, port = 0, cors, isolate = false, reload = false, hosts = [] }) {
  // The longest prefix that fits decides.
  const ordered = [...mounts].sort((a, b) => b.prefix.length - a.prefix.length);
  const changes = reload ? watchForChanges(mounts.map(({ folder }) => folder)) : undefined;
  const server = createServer((request, response) => {
    if (cors !== undefined) response.setHeader("Access-Control-Allow-Origin", cors);
    if (isolate) isolatePage(response);
    const work = isOurName(request.headers.host, hosts)
      ? answer(ordered, changes, request, response)
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
        changes?.close();
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
  /** @type {ReturnType<typeof watchForChanges> | undefined} */ changes,
  /** @type {import("node:http").IncomingMessage} */ request,
  /** @type {import("node:http").ServerResponse} */ response,
) {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return refuse(response, 405, "Only GET and HEAD are served here.", { Allow: "GET, HEAD" });
  }
  const [path = "/", query] = (request.url ?? "/").split("?");
  if (changes && path === reloadPath) return changes.listen(response);
  const mount = mounts.find(({ prefix }) => path.startsWith(prefix));
  const file = mount && (await locate(mount.folder, pathBelow(mount, path, query)));
  if (!mount || !file) return refuse(response, 404, `There is no ${path} here.`);

  const { negotiate = true, store = true, megabits } = mount;
  if (changes && mediaType(file.path).startsWith("text/html")) return sendReloading(file.path, request, response);
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

function pathBelow(
  /** @type {Mount} */ { prefix, aliases = {} },
  /** @type {string} */ path,
  /** @type {string} */ query,
) {
  const below = path.slice(prefix.length);
  const asked = `${below}?${query}`;
  return Object.hasOwn(aliases, asked) ? aliases[asked] : below;
}

async function bestBody(
  /** @type {string} */ folder,
  /** @type {import("./locate.mjs").FoundFile} */ file,
  /** @type {string | undefined} */ accepted,
) {
  for (const { name, suffix } of acceptedCodings(accepted)) {
    const body = await fileInside(folder, file.path + suffix);
    if (body) return { body, coding: name };
  }
  return { body: file, coding: undefined };
}

/** A page with the script that loads it again. */
async function sendReloading(
  /** @type {string} */ path,
  /** @type {import("node:http").IncomingMessage} */ request,
  /** @type {import("node:http").ServerResponse} */ response,
) {
  const page = Buffer.concat([await readFile(path), Buffer.from(reloadScript)]);
  response.writeHead(200, {
    "Content-Type": mediaType(path),
    "Content-Length": page.length,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  });
  response.end(request.method === "HEAD" ? undefined : page);
}

/** HTML Living Standard, "Cross-origin isolation": what the page loads must allow it as well. */
function isolatePage(/** @type {import("node:http").ServerResponse} */ response) {
  response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
  response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
  response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
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
