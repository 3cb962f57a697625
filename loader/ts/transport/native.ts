import type { GowaspError } from "../errors.js";
import { TextEncoder } from "../host/text.js";
import type { Job } from "../job.js";
import { part } from "../late/part.js";
import { compileStreaming } from "./compile.js";
import { fetchOk, mayPass, mimeType, notWasm, shown, wasmResponse } from "./http.js";
import { type ModuleEntry, originOf } from "./manifest.js";

/** An encoded file is worth another request when it saves this many bytes, about a round trip's worth... */
const WORTH_BYTES = 32 * 1024;
/** ...and this share of the module. */
const WORTH_SHARE = 0.2;

/**
 * Whether the server sends the module uncompressed although a much smaller file is next to it, because it does not
 * negotiate encodings. When in doubt, the answer is no: then the browser's own path is the better one.
 *
 * Other origins do not show `Content-Encoding` without `Access-Control-Expose-Headers`, but always `Content-Length`
 * (a safelisted header in the Fetch standard), which tells them apart: it is the size of what is sent.
 */
export function isSentRaw(response: Response, entry: ModuleEntry): boolean {
  const smallest = Math.min(...Object.values(entry.encodings).map((file) => file.size));
  const saved = entry.size - smallest;
  if (!(saved >= WORTH_BYTES && saved >= entry.size * WORTH_SHARE)) return false;
  if (response.headers.get("content-encoding")) return false;
  const length = response.headers.get("content-length");
  return length === null ? response.type === "basic" : Number(length) === entry.size;
}

/** A response that the engine can take as it is. */
export interface Direct {
  response: Response;
  /** Where it came from, for messages; one from the Cache API does not know. */
  url: string;
  /** The manifest's word on the module, if there is one. */
  entry?: ModuleEntry;
  via: "native" | "cache";
}

/**
 * Compiles a response as it came, which alone preserves the engine's cache of compiled code. Progress and hash are
 * taken from a clone, and only if somebody wants them.
 *
 * @throws {GowaspError} `not-wasm`, `too-large`, `truncated`, `integrity`, `compile`, `csp`
 */
export async function compileNative({ response, url, entry, via }: Direct, job: Job): Promise<WebAssembly.Module> {
  if (mimeType(response) === "text/html") {
    void response.body?.cancel();
    throw notWasm(url, new TextEncoder().encode("<"));
  }
  const hash = entry ? mustHash(response, entry, via, job) : job.sri !== undefined;
  const check = async (copy: Response) => (await part("verify")).checkCopy(copy, { url, via, entry, hash }, job);
  const checked = hash || job.wantsProgress ? check(response.clone()) : undefined;
  try {
    const [module] = await Promise.all([compileStreaming(withWasmType(response), url), checked]);
    return module;
  } catch (error) {
    // Damaged bytes fail in both places, in either order; the check has the better reason.
    if (checked) await checked;
    else if (entry && via === "native" && DAMAGE.has((error as GowaspError).code) && !mayPass(error)) {
      // The check was left out for speed, but now it is worth a request.
      const again = await fetchOk(url, job).catch(() => undefined);
      if (again) await check(again);
    }
    throw error;
  }
}

/**
 * Whether the hash of a response is checked: if the caller demands it, if the caller pinned the manifest, or if the
 * bytes come from another origin than the manifest, even by a redirect, so that one may change without the other.
 */
function mustHash(response: Response, entry: ModuleEntry, via: Direct["via"], job: Job): boolean {
  const { integrity } = job.options;
  if (typeof integrity === "boolean") return integrity;
  // Entries of the Cache API were checked when they were put there.
  return job.sri !== undefined || (via === "native" && originOf(response.url || entry.url) !== entry.origin);
}

/** What compilers say of damaged bytes. */
const DAMAGE = new Set(["compile", "not-wasm", "truncated"]);

/**
 * Hosts that serve `.wasm` with another media type are common. Their body must be wrapped, which loses the code cache.
 */
function withWasmType(response: Response): Response {
  if (response.headers.get("content-type") === "application/wasm") return response;
  warnOfType(response);
  return wasmResponse(response.body as ReadableStream);
}

/** Logs that a module is served with a wrong media type, and what that costs. */
export function warnOfType(response: Response): void {
  console.warn(
    `gowasp: ${shown(response.url)} is served as "${response.headers.get("content-type") ?? ""}"; ` +
      "serve it as application/wasm, or browsers compile it anew at every visit",
  );
}
