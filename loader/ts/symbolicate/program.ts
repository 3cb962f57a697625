// A program whose traces are translated: what its manifest says, and its side-car, fetched when it is first needed.

import { GowaspError } from "../errors.js";
import { builtin } from "../host/node.js";
import { type Site, translate } from "./frames.js";
import { isGoTrace, translateGo } from "./go-trace.js";
import { type SideCar, sideCarOf } from "./side-car.js";

/** How manifest and side-car are fetched. */
export type Fetch = (url: string) => Promise<Response>;

/** A program. */
export interface Program {
  /** The addresses that its frames may name. */
  addresses: Set<string>;
  /** Whether Go's own tracebacks lack what the side-car holds. */
  isStripped: boolean;
  /** @throws {GowaspError} `network`, `http-status`, `manifest-invalid`, `integrity`, `unavailable` */
  sideCar(): Promise<SideCar>;
}

/** What engines call a function without a name. */
const MARK = "wasm-function[";

/** Whether a text may hold frames of a program: those of WebAssembly, or Go's own. */
export function mayHoldFrames(text: string): boolean {
  return text.includes(MARK) || isGoTrace(text);
}

/**
 * Translates what is known of a text.
 *
 * @param sameBuild whether it is surely of this build
 * @throws {GowaspError} as {@link Program.sideCar}
 */
export async function translated(text: string, program: Program, sameBuild: boolean): Promise<string> {
  const hasFrames = text.includes(MARK);
  const isGo = program.isStripped && isGoTrace(text);
  if (!hasFrames && !isGo) return text;
  const sideCar = await program.sideCar();
  const go = isGo && sideCar.traces ? translateGo(text, sideCar.traces) : text;
  const site: Site = {
    levels: (address, index, offset) =>
      isOther(address, program.addresses) ? undefined : sideCar.levels(index, offset),
    name: (index) => (sameBuild ? sideCar.name(index) : undefined),
  };
  return hasFrames ? translate(go, site) : go;
}

/** Whether a frame names the address of another module; many name none. */
function isOther(address: string, addresses: Set<string>): boolean {
  return /^(https?|file):/.test(address) && !addresses.has(address);
}

/** The fields of a manifest that matter here. */
export interface ManifestFields {
  module: { url: string; encodings?: Record<string, { url: string }> };
  stripped?: unknown;
}

/**
 * The program that a manifest describes.
 *
 * @param url the manifest's address
 * @param sideCar gives the side-car
 */
export function programOf({ module, stripped }: ManifestFields, url: string, sideCar: () => Promise<SideCar>): Program {
  const files = [module, ...Object.values(module.encodings ?? {})];
  return {
    addresses: new Set(files.map((file) => new URL(file.url, url).href)),
    isStripped: Array.isArray(stripped) && ["names", "lines", "inlines"].some((kind) => stripped.includes(kind)),
    sideCar,
  };
}

/** By address and hash: fetched when first asked for, and again if that failed. */
const sideCars = new Map<string, Promise<SideCar>>();

/**
 * The side-car at an address.
 *
 * @param sha256 in hex; manifests of the first release do not say it
 * @throws {GowaspError} as {@link Program.sideCar}
 */
export function sideCarAt(url: string, sha256: string | undefined, fetch: Fetch): Promise<SideCar> {
  const key = `${sha256} ${url}`;
  let known = sideCars.get(key);
  if (!known) {
    known = fetched(url, sha256, fetch);
    sideCars.set(key, known);
    known.catch(() => sideCars.delete(key));
  }
  return known;
}

async function fetched(url: string, sha256: string | undefined, fetch: Fetch): Promise<SideCar> {
  const bytes = await bytesAt(url, fetch);
  if (sha256 !== undefined && (await sha256Of(bytes)) !== sha256) {
    throw new GowaspError("integrity", `${url} is not the side-car that the manifest names`);
  }
  return sideCarOf(parsed(bytes, url));
}

/**
 * JSON of a file.
 *
 * @throws {GowaspError} `manifest-invalid`
 */
// biome-ignore lint/suspicious/noExplicitAny: what it holds is looked at where it is used
export function parsed(bytes: Uint8Array, url: string): any {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new GowaspError("manifest-invalid", `${url} is not JSON`, { cause });
  }
}

/**
 * The bytes of a file; where Node's modules are, also of one of this machine.
 *
 * @throws {GowaspError} `network`, `http-status`
 */
export async function bytesAt(url: string, fetch: Fetch): Promise<Uint8Array<ArrayBuffer>> {
  let response: Response;
  try {
    if (url.startsWith("file:")) return new Uint8Array(await builtin("fs/promises").readFile(new URL(url)));
    response = await fetch(url);
  } catch (cause) {
    throw new GowaspError("network", `${url} could not be fetched`, { cause });
  }
  if (!response.ok) throw new GowaspError("http-status", `${url}: ${response.status}`, { status: response.status });
  return new Uint8Array(await response.arrayBuffer());
}

async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const { subtle } = globalThis.crypto ?? {};
  if (!subtle)
    throw new GowaspError("unavailable", "this page has no crypto.subtle, which checks side-cars: use https");
  return Array.from(new Uint8Array(await subtle.digest("SHA-256", bytes)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
