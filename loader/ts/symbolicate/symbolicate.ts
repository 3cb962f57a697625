/** Go's names, files and lines in stack traces of optimized programs: `gowasp/symbolicate`. */

import { GowaspError } from "../errors.js";
import { type Site, translate } from "./frames.js";
import { type SideCar, sideCarOf } from "./side-car.js";

/** What `symbolicate()` may be told. */
export interface SymbolicateOptions {
  /** Fetches manifest and side-car; the global one by default. */
  fetch?: (url: string) => Promise<Response>;
  /**
   * The trace is surely of the build that the manifest names: frames of Safari, which have no offset, get the names of
   * their functions.
   */
  sameBuild?: boolean;
}

/** A program's side-car, and the addresses that its frames may name. */
interface Program {
  sideCar: SideCar;
  addresses: Set<string>;
}

/** By address of the manifest: fetched when first asked for, and again if that failed. */
const programs = new Map<string, Promise<Program>>();

/**
 * Translates a stack trace of a program that `gowasp pack` wrote. Frames that are no calls of this build stay as they are.
 *
 * @param trace an error, or the text of its stack
 * @param manifest address of `app.json`, absolute or relative to the page
 * @returns the text with Go's names, files and lines; what Go inlined has lines of its own
 * @throws {GowaspError} `network`, `http-status`, `manifest-invalid`, `integrity`, `unavailable`
 * @example
 * window.addEventListener("error", async ({ error }) => report(await symbolicate(error, "/app/app.json")));
 */
export async function symbolicate(
  trace: unknown,
  manifest: string | URL,
  options: SymbolicateOptions = {},
): Promise<string> {
  const text = textOf(trace);
  // Nothing is fetched for a trace without frames of WebAssembly.
  if (!text.includes("wasm-function[")) return text;
  const url = new URL(manifest, globalThis.location?.href).href;
  let known = programs.get(url);
  if (!known) {
    known = programAt(url, options);
    programs.set(url, known);
    known.catch(() => programs.delete(url));
  }
  const { sideCar, addresses } = await known;
  const site: Site = {
    levels: (address, index, offset) => (isOther(address, addresses) ? undefined : sideCar.levels(index, offset)),
    name: (index) => (options.sameBuild ? sideCar.name(index) : undefined),
  };
  return translate(text, site);
}

/**
 * Hands each error that reaches the page, or the worker, to a function, with its stack translated: errors that nobody caught, and
 * promises that were rejected and that nobody waits for.
 *
 * @param manifest as for `symbolicate()`
 * @param report is given the text, which is the stack as it is if it cannot be translated, and the error
 * @returns a function that stops it
 */
export function watchErrors(
  manifest: string | URL,
  report: (text: string, error: unknown) => void,
  options: SymbolicateOptions = {},
): () => void {
  const listen = async (event: Event) => {
    const { error, reason } = event as Event & { error?: unknown; reason?: unknown };
    const thrown = error ?? reason;
    report(await symbolicate(thrown, manifest, options).catch(() => textOf(thrown)), thrown);
  };
  const types = ["error", "unhandledrejection"];
  for (const type of types) globalThis.addEventListener(type, listen);
  return () => {
    for (const type of types) globalThis.removeEventListener(type, listen);
  };
}

/** V8 puts the message in front of the frames, others do not. */
function textOf(trace: unknown): string {
  if (typeof trace !== "object" || trace === null) return String(trace);
  const { stack } = trace as { stack?: unknown };
  if (typeof stack !== "string") return String(trace);
  const said = String(trace);
  return stack.startsWith(said) ? stack : `${said}\n${stack}`;
}

/** Whether a frame names the address of another module; many name none. */
function isOther(address: string, addresses: Set<string>): boolean {
  return /^https?:/.test(address) && !addresses.has(address);
}

async function programAt(url: string, { fetch = globalThis.fetch }: SymbolicateOptions): Promise<Program> {
  const manifest = parsed(await bytesAt(url, fetch), url);
  const { module, symbols } = manifest ?? {};
  if (manifest?.format !== 1 || typeof module?.url !== "string" || typeof symbols?.url !== "string") {
    const where = symbols?.url === undefined ? ": its side-car is kept elsewhere; use `gowasp symbolicate`" : "";
    throw new GowaspError("manifest-invalid", `${url} names no side-car${where}`);
  }
  const absolute = (address: string) => new URL(address, url).href;
  const bytes = await bytesAt(absolute(symbols.url), fetch);
  if (typeof symbols.sha256 === "string" && (await sha256(bytes)) !== symbols.sha256) {
    throw new GowaspError("integrity", `${absolute(symbols.url)} is not the side-car that ${url} names`);
  }
  const encodings: { url: string }[] = Object.values(module.encodings ?? {});
  return {
    sideCar: await sideCarOf(parsed(bytes, absolute(symbols.url))),
    addresses: new Set([module.url, ...encodings.map((file) => file.url)].map(absolute)),
  };
}

/** JSON of a file. */
// biome-ignore lint/suspicious/noExplicitAny: what it holds is looked at where it is used
function parsed(bytes: Uint8Array, url: string): any {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new GowaspError("manifest-invalid", `${url} is not JSON`, { cause });
  }
}

async function bytesAt(url: string, fetch: NonNullable<SymbolicateOptions["fetch"]>): Promise<Uint8Array<ArrayBuffer>> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw new GowaspError("network", `${url} could not be fetched`, { cause });
  }
  if (!response.ok) throw new GowaspError("http-status", `${url}: ${response.status}`, { status: response.status });
  return new Uint8Array(await response.arrayBuffer());
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  // Only pages of secure origins have it.
  const hash = await globalThis.crypto?.subtle?.digest("SHA-256", bytes);
  return hash && Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
