// How the page asks the machine that it runs on.

/** Where this page's questions go: scripts are in a folder beside them. */
const base = new URL("../", import.meta.url);

/** @returns {URL} */
export function address(/** @type {string} */ path, /** @type {unknown} */ query) {
  const url = new URL(path, base);
  if (query !== undefined) url.search = encodeURIComponent(JSON.stringify(query));
  return url;
}

/**
 * @param {string} path
 * @param {unknown} query
 * @param {BodyInit} [body]
 * @returns {Promise<any>} bytes, or what JSON has told
 * @throws {Error} with an errno name as its `code`
 */
export async function ask(path, query, body) {
  const response = await fetch(address(path, query), { method: "POST", body });
  if (response.headers.get("Content-Type") === "application/wasm") return new Uint8Array(await response.arrayBuffer());
  return answered(await response.json(), response.status);
}

/**
 * The same, and nothing else happens meanwhile. On a page's main thread no bytes can be asked for.
 *
 * @returns {any}
 */
export function askNow(/** @type {string} */ path, /** @type {unknown} */ query, /** @type {any} */ body = null) {
  const request = new XMLHttpRequest();
  request.open("POST", address(path, query), false);
  if (!("document" in globalThis)) request.responseType = "arraybuffer";
  request.send(body);
  if (request.getResponseHeader("Content-Type") === "application/wasm") return new Uint8Array(request.response);
  const { response } = request;
  return answered(
    JSON.parse(typeof response === "string" ? response : new TextDecoder().decode(response)),
    request.status,
  );
}

function answered(/** @type {any} */ value, /** @type {number} */ status) {
  if (status === 200) return value;
  throw Object.assign(new Error(value.message), { code: value.code });
}
