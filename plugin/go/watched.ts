// What a program is made of: what is watched.

import { dirname, join } from "node:path";
import { run } from "../process.js";
import type { GoCall } from "./build.js";

/** Files, and folders in which a new one may matter. */
export class Watched {
  readonly files = new Set<string>();
  /** Those of packages: a source more belongs to the program. */
  readonly packages = new Set<string>();
  /** Those that files are embedded from, by a pattern. */
  readonly embedded = new Set<string>();

  /** Whether a change of this file, also that it is new or gone, may change the program. */
  has(file: string): boolean {
    const folder = dirname(file);
    if (this.files.has(file) || this.embedded.has(folder)) return true;
    return /\.(go|s)$/.test(file) && !file.endsWith("_test.go") && this.packages.has(folder);
  }
}

/** What `go list` says of a package. */
interface Package {
  Dir?: string;
  Standard?: boolean;
  Module?: { GoMod?: string; Dir?: string };
  EmbedPatterns?: string[];
}

/** Its fields that are lists of files. */
const LISTS = ["GoFiles", "IgnoredGoFiles", "HFiles", "SFiles", "SysoFiles", "EmbedFiles"] as const;

type Listed = Package & { [list in (typeof LISTS)[number]]?: string[] };

/**
 * Asks `go list` what a package is made of; of what does not compile it tells what it can.
 *
 * @throws {NodeJS.ErrnoException} where there is no `go`
 */
export async function watchedBy({ go, cwd, env, flags }: GoCall): Promise<Watched> {
  const fields = ["Dir", "Standard", "Module", "EmbedPatterns", ...LISTS].join(",");
  const [list, places] = await Promise.all([
    run(go, ["list", "-e", "-deps", `-json=${fields}`, ...flags, "."], cwd, env),
    run(go, ["env", "-json", "GOMODCACHE", "GOMOD", "GOWORK"], cwd, env),
  ]);
  const { GOMODCACHE = "", GOMOD = "", GOWORK = "" } = places.code === 0 ? JSON.parse(places.stdout) : {};
  const watched = new Watched();
  watched.packages.add(cwd);
  // Nothing there ever changes.
  const kept = (path: string) => GOMODCACHE !== "" && path.startsWith(join(GOMODCACHE, "/"));
  for (const found of packagesIn(list.stdout)) {
    if (found.Dir && !found.Standard && !kept(found.Dir)) addPackage(watched, found.Dir, found);
    const { GoMod } = found.Module ?? {};
    if (GoMod && !kept(GoMod)) addModule(watched, GoMod);
  }
  // It is the null device where there is no module.
  if (GOMOD.endsWith("go.mod")) addModule(watched, GOMOD);
  if (GOWORK) addModule(watched, GOWORK);
  return watched;
}

function addPackage(watched: Watched, folder: string, found: Listed): void {
  watched.packages.add(folder);
  for (const name of LISTS.flatMap((field) => found[field] ?? [])) watched.files.add(join(folder, name));
  const patterns = found.EmbedPatterns ?? [];
  for (const name of found.EmbedFiles ?? []) {
    // A file that is named by itself stays the only one.
    if (!patterns.includes(name)) watched.embedded.add(dirname(join(folder, name)));
  }
}

/** A `go.mod` or `go.work`, with the sums beside it. */
function addModule({ files }: Watched, path: string): void {
  files.add(path).add(path.replace(/\.(mod|work)$/, (end) => (end === ".mod" ? ".sum" : ".work.sum")));
}

/** `go list` writes objects one behind the other, each closed by a brace in the first column. */
function packagesIn(output: string): Listed[] {
  return output
    .split(/^(?<=^\}\n)/m)
    .filter((text) => text.trim())
    .map((text) => JSON.parse(text));
}
