// Modules packed by `gowasp pack`, in a folder where each has a plain name: `app.wasm`, what belongs to it with a suffix
// (`app.wasm.br`), and the manifest, `app.wasm.json`. Bundlers choose names of their own; {@link companions} follows them.

import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, extname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { Problem } from "./go/problem.js";
import { run } from "./process.js";

/** The package's command line program: it calls the native one where that is installed, else it runs as WebAssembly. */
const command = fileURLToPath(new URL("../../npx/gowasp.mjs", import.meta.url));

/** What is appended to the module's name for its manifest. */
export const MANIFEST = ".json";

/** The part of a manifest that names files. */
interface Manifest {
  module: Named & { encodings: Record<string, Named> };
  symbols: (Partial<Named> & object) | null;
}

interface Named {
  url: string;
}

/** How a module is packed. */
export interface PackCall {
  /** What people know it as. */
  source: string;
  /** Of `gowasp pack`. */
  flags: readonly string[];
  /** The folder of results. */
  cache: string;
  /** Where it runs. */
  root: string;
}

/**
 * Packs a module. What was packed before is taken from the cache of `gowasp pack`, which checks it.
 *
 * @param file the module; its name without `.wasm` is the app's
 * @returns where it lies
 * @throws {Problem} what `gowasp pack` says
 */
export async function packed(file: string, { source, flags, cache, root }: PackCall): Promise<string> {
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, "packing-"));
  try {
    const options = ["--cache", join(cache, "packed"), "-o", work, "--quiet", ...flags];
    const { code, stderr } = await run(process.execPath, [command, "pack", file, ...options], root);
    const said = stderr.trim();
    if (code !== 0) throw new Problem(`${source} cannot be packed: ${said.replace(/^error: /, "")}`);
    if (said) console.warn(said);
    return await settle(work, basename(file), cache);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Gives what was packed plain names, in a folder that is only for it. */
async function settle(work: string, name: string, cache: string): Promise<string> {
  const manifest: Manifest = JSON.parse(await readFile(join(work, "app.json"), "utf8"));
  const plain = JSON.stringify(renamed(manifest, name));
  const folder = join(modulesIn(cache), createHash("sha256").update(plain).digest("hex").slice(0, 16));
  await mkdir(folder, { recursive: true });
  await writeFile(join(work, "manifest"), plain);
  await rename(join(work, "manifest"), join(folder, name + MANIFEST));
  for (const [url, suffix] of suffixesOf(manifest)) await rename(join(work, url), join(folder, name + suffix));
  return join(folder, name);
}

const modulesIn = (cache: string) => join(cache, "modules");

/** Whether a file is what {@link packed} has answered. */
export const isPackedIn = (cache: string, file: string) => file.startsWith(modulesIn(cache) + sep);

/**
 * What is to be served beside a module: its encodings, its side-car, and the manifest, which names all of it.
 *
 * @param file what {@link packed} has answered
 * @param name the module's final one, with folders
 * @returns names and contents
 */
export async function companions(file: string, name: string): Promise<[name: string, bytes: Buffer][]> {
  const manifest: Manifest = JSON.parse(await readFile(file + MANIFEST, "utf8"));
  const own = encodeURIComponent(basename(name));
  const files = suffixesOf(manifest)
    .filter(([, suffix]) => suffix !== "")
    .map(async ([, suffix]): Promise<[string, Buffer]> => [name + suffix, await readFile(file + suffix)]);
  const text = JSON.stringify(renamed(manifest, own), undefined, 2);
  return [...(await Promise.all(files)), [name + MANIFEST, Buffer.from(`${text}\n`)]];
}

/** The files that a manifest names, and what the name of each has that the module's does not. */
function suffixesOf({ module, symbols }: Manifest): [url: string, suffix: string][] {
  const encodings = Object.values(module.encodings).map(({ url }): [string, string] => [url, extname(url)]);
  const sideCar: [string, string][] = symbols?.url === undefined ? [] : [[symbols.url, ".symbols"]];
  return [[module.url, ""], ...encodings, ...sideCar];
}

/** The same with other names: all begin with that of the module. */
function renamed(manifest: Manifest, name: string): Manifest {
  const names = new Map(suffixesOf(manifest).map(([url, suffix]) => [url, name + suffix]));
  const change = <T extends { url?: string }>(file: T): T =>
    file.url === undefined ? file : { ...file, url: names.get(file.url) };
  const encodings = Object.entries(manifest.module.encodings).map(([encoding, file]) => [encoding, change(file)]);
  const module = { ...change(manifest.module), encodings: Object.fromEntries(encodings) };
  return { ...manifest, module, symbols: manifest.symbols && change(manifest.symbols) };
}
