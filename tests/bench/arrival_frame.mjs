// One measurement of arrival.mjs, by what loader.mjs measures with.

import { gowasp, plain } from "/page.mjs";

/** Measures what the address names, and tells the page around. */
export async function start(variants) {
  const name = decodeURIComponent(location.search.slice(1));
  try {
    const { url = "/app.json", options } = variants[name];
    const { ms } = await (options ? gowasp(url, options) : plain("/app.wasm"));
    parent.postMessage({ ms }, "*");
  } catch (error) {
    parent.postMessage({ error: String(error?.stack ?? error) }, "*");
  }
}
