import { GowaspError } from "../errors.js";
import { parts } from "../late/parts.js";
import { shown, streamOf, wasmResponse } from "./http.js";

/**
 * Compiles while the bytes arrive.
 *
 * @param response of type `application/wasm`
 * @param url where it came from, for messages
 * @throws {GowaspError} `compile`, `csp`, `not-wasm`, `truncated`
 */
export async function compileStreaming(response: Response, url: string): Promise<WebAssembly.Module> {
  try {
    // Cloudflare's workerd and old Safari have no streaming compiler.
    return typeof WebAssembly.compileStreaming === "function"
      ? await WebAssembly.compileStreaming(response)
      : await WebAssembly.compile(await response.arrayBuffer());
  } catch (cause) {
    throw await compileError(cause, url);
  }
}

/**
 * Compiles chunks as they come.
 *
 * @param chunks decoded ones
 * @param url where they came from, for messages
 * @param tap gets the response before the compiler does, to clone it
 * @throws {GowaspError} what `chunks` throws; `compile`, `csp`, `not-wasm`
 */
export async function compileChunks(
  chunks: AsyncGenerator<Uint8Array>,
  url: string,
  tap: (response: Response) => void = () => {},
): Promise<WebAssembly.Module> {
  // Engines do not all reject with the stream's own error.
  let failure: unknown;
  const body = streamOf(chunks, (error) => {
    failure ??= error;
  });
  const response = wasmResponse(body);
  tap(response);
  try {
    return await compileStreaming(response, url);
  } catch (error) {
    throw failure ?? error;
  }
}

/**
 * Compiles bytes that are all there.
 *
 * @throws {GowaspError} `compile`, `csp`, `not-wasm`
 */
export async function compileBytes(bytes: Uint8Array<ArrayBuffer>, url: string): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw await compileError(cause, url);
  }
}

/** What compilers throw; a part that is loaded only then finds out what it means. */
async function compileError(cause: unknown, url: string): Promise<GowaspError> {
  const message = cause instanceof Error ? cause.message : String(cause);
  try {
    return (await parts.refusal()).compileError(cause, message, url);
  } catch {
    // There is no connection, which may be what was wrong in the first place.
    return new GowaspError(cause instanceof TypeError ? "truncated" : "compile", `${shown(url)}: ${message}`, {
      cause,
    });
  }
}
