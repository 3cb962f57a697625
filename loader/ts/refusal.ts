// Messages for a wrong source, option or manifest, and for modules that do not compile or cannot be instantiated. Loaded when one
// is needed.

import { GowaspError } from "./errors.js";
import { shown } from "./transport/http.js";
import type { Malformed } from "./transport/manifest.js";

export const part = "refusal";

/** What each option takes, as a continuation of "must be". */
const EXPECTED: Readonly<Record<string, string>> = {
  args: "an array of strings",
  env: "an object whose values are strings",
  stdin: "a string, a Uint8Array, a ReadableStream, an async iterable or a function",
  stdout: "a function that takes a Uint8Array",
  stderr: "a function that takes a Uint8Array",
  fs: '"node" or an object like node:fs',
  gcFirstHeap: "a whole number of bytes from 65536 to 4294967295",
  preopens: "an object whose values are paths",
  process: "an object like Node's process",
  path: "an object like node:path",
  global: "an object",
  onProgress: "a function",
  signal: "an AbortSignal",
  integrity: 'true, false, or one hash like "sha256-…" in base64',
  allowOrigins: 'an array of origins like "https://cdn.example.com"',
  cache: 'true, false or "offline"',
  baseUrl: "a string or a URL",
  imports: "an object or a function",
  start: "a function that takes an instance",
  symbolicate: "true or false",
  worker: "true or false",
  ready: "true, a name or a function",
  until: '"run" or "idle"',
  decoderUrl: "a string or a URL",
  workerUrl: "a string or a URL",
  use: 'an array of parts, such as "gowasp/parts" exports',
  retries: "a whole number from 0 to 100",
  stallTimeout: "a whole number of milliseconds from 1 to 2147483647",
  fetchPriority: '"high", "low" or "auto"',
};

/**
 * The error for an option that does not exist, or whose value is wrong.
 *
 * @param name empty if the options as a whole are no object
 * @param known the names of all options
 */
export function wrongOption(name: string, value: unknown, known: readonly string[]): GowaspError {
  if (name === "") return invalid(`the options of load() must be an object, not ${kindOf(value)}`);
  if (known.includes(name)) {
    return invalid(`the option ${name} must be ${EXPECTED[name] ?? "something else"}, not ${kindOf(value)}`);
  }
  const near = known.find((other) => isNear(name, other));
  return invalid(`there is no option ${name.slice(0, 40)}${near ? `; did you mean ${near}?` : ""}`);
}

/** The error for an option that is right in another place. */
export function misplacedOption(name: string, inWorker: boolean): GowaspError {
  const where = inWorker ? "cannot be used with worker: true, it stays on the page" : "is for worker: true";
  return invalid(`the option ${name} ${where}`);
}

/** The error for a module that takes no such number. */
export function unpaced(): GowaspError {
  return invalid(
    "the option gcFirstHeap is for Go programs that were optimized or packed with --gc-first-heap, and that are no snapshots",
  );
}

/** The error for an address that does not parse, or that fetch() refuses. */
export function wrongAddress(base: string | URL | undefined): GowaspError {
  const hint = base === undefined ? "; a relative one needs the option baseUrl here" : ", by itself or after baseUrl";
  return invalid(`the source is no address that can be fetched${hint}; it may not hold a user or a password`);
}

/** The error for a check that was asked for and cannot be made. */
export function uncheckable(what: string): GowaspError {
  return invalid(
    `the option integrity has nothing to check ${what} by: load a manifest, or give the hash of a file, integrity: "sha256-…"`,
  );
}

/** The error for a value that is no source. */
export function wrongSource(source: unknown): GowaspError {
  return invalid(`load() takes an address, a Response, bytes or a WebAssembly.Module, not ${kindOf(source)}`);
}

/** The error for what a compiler threw. */
export function compileError(cause: unknown, message: string, url: string): GowaspError {
  const place = shown(url);
  // The engines have no error type for this; they all name the policy or its keyword.
  if (/content.security.policy|unsafe-eval|wasm-eval|\bCSP\b/i.test(message)) {
    return new GowaspError(
      "csp",
      `the page's Content-Security-Policy forbids compiling ${place}: add 'wasm-unsafe-eval' to its script-src (${message})`,
      { cause },
    );
  }
  if (/\bmagic\b/i.test(message)) {
    return new GowaspError("not-wasm", `${place} is not a WebAssembly module: ${message}`, { cause });
  }
  // What the streaming compiler throws when the body breaks off; what it says of bad bytes is a CompileError.
  if (cause instanceof TypeError) {
    return new GowaspError("truncated", `the connection to ${place} broke while it was compiled: ${message}`, {
      cause,
    });
  }
  return new GowaspError("compile", `${place} could not be compiled: ${message}`, { cause });
}

/** The error for what `WebAssembly.instantiate` threw. */
export function instantiateError(cause: Error): GowaspError {
  const { message } = cause;
  // Its name changed in Go 1.14, and with it how values are written (syscall/js/js.go, "type ref").
  const advice = /runtime\.nanotime\b/.test(message)
    ? "Go 1.13 and older want other host functions: build it with Go 1.14 or later"
    : "functions of //go:wasmimport belong into the option imports";
  return new GowaspError("instantiate", `the module could not be instantiated: ${message}; ${advice}`, { cause });
}

function invalid(message: string): GowaspError {
  return new GowaspError("invalid-option", message);
}

/** What a value is, in a few characters: strings may be long, or secret. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined || typeof value === "boolean" || typeof value === "number") {
    return String(value);
  }
  if (typeof value === "object") {
    const tag = Object.prototype.toString.call(value).slice(8, -1);
    return tag === "Object" ? "an object" : `an object of type ${tag.slice(0, 40)}`;
  }
  return value === "" ? "an empty string" : `a ${typeof value}`;
}

/** What a manifest's field must be, as a continuation of its name. */
const WANTED: Readonly<Record<Malformed["want"], string>> = {
  JSON: "must be JSON",
  object: "must be an object",
  number: "must be a number",
  text: "must be a string that is not empty, nor longer than names and addresses are",
  choice: "must be one of",
  size: "must be a whole number from 1 to 4294967296",
  hash: "must be 64 lower-case hexadecimal digits",
  address: "must be an http or https address, or relative",
  origin: "must be on the manifest's own origin or on one that the option allowOrigins names",
};

/** The error for a manifest. Nothing of the file is shown before it is known to be one. */
export function malformed({ field, want, got, choices, isManifest }: Malformed, url: string): GowaspError {
  const text = isManifest ? JSON.stringify(got)?.slice(0, 80) : got === null ? "null" : `a value of type ${typeof got}`;
  const shape = got === undefined ? "missing" : text;
  const html = want === "JSON" && /^\s*</.test(String(got)) ? "an HTML page; does the file exist there?" : "not";
  const is = want === "JSON" ? `it is ${html}` : `it is ${shape}; write it anew with \`gowasp pack\``;
  return new GowaspError(
    "manifest-invalid",
    `the manifest ${shown(url)} is malformed: ${field || "the whole"} ${WANTED[want]}${choices ? ` ${choices.join(", ")}` : ""}, ${is}`,
  );
}

/** The error for a manifest of another format. */
export function otherFormat(format: number, known: number, url: string): GowaspError {
  return new GowaspError(
    "manifest-version",
    `the manifest ${shown(url)} has format ${format}, this loader reads format ${known}: ` +
      "use the same release of the gowasp package and of the gowasp command",
  );
}

/** Whether two names are the same but for case and at most two characters. */
function isNear(one: string, other: string): boolean {
  if (one.length > 40) return false;
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  // Levenshtein's distance, row by row.
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const [above = 0, before = 0, left = 0] = [row[j], row[j - 1], next[j - 1]];
      next.push(Math.min(above + 1, left + 1, before + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return (row.at(-1) ?? 3) <= Math.min(2, b.length - 2);
}
