import { GowaspError } from "./errors.js";
import { streamOf, wasmResponse } from "./http.js";

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
    throw compileError(cause, url);
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
    throw compileError(cause, url);
  }
}

function compileError(cause: unknown, url: string): GowaspError {
  const message = cause instanceof Error ? cause.message : String(cause);
  // The engines have no error type for this; they all name the policy or its keyword.
  if (/content.security.policy|unsafe-eval|wasm-eval|\bCSP\b/i.test(message)) {
    return new GowaspError(
      "csp",
      `the page's Content-Security-Policy forbids compiling ${url}: add 'wasm-unsafe-eval' to its script-src (${message})`,
      { cause },
    );
  }
  if (/\bmagic\b/i.test(message)) {
    return new GowaspError("not-wasm", `${url} is not a WebAssembly module: ${message}`, { cause });
  }
  // What the streaming compiler throws when the body breaks off; what it says of bad bytes is a CompileError.
  if (cause instanceof TypeError) {
    return new GowaspError("truncated", `the connection to ${url} broke while it was compiled: ${message}`, { cause });
  }
  return new GowaspError("compile", `${url} could not be compiled: ${message}`, { cause });
}
