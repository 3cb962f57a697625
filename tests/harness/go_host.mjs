/**
 * The package's host functions for Go, bundled alone.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { root } from "../../scripts/paths.mjs";

/** Bundles them; returns the bundle's path. It is there as long as this process. */
export async function bundleHost() {
  const directory = mkdtempSync(join(tmpdir(), "gowasp-host-"));
  process.once("exit", () => rmSync(directory, { recursive: true }));
  const outfile = join(directory, "host.mjs");
  // In pages, too, with all that load() gives programs where they ask for it.
  const contents = `
    import { GoHost as Host } from "./host.ts";
    import { givenSystem } from "./given-system.ts";
    export class GoHost extends Host { constructor(options) { super(options, givenSystem); } }`;
  const stdin = { contents, resolveDir: join(root, "loader/ts/go") };
  await build({ stdin, bundle: true, format: "esm", logLevel: "error", outfile });
  return outfile;
}

/** Imports them. */
export async function importHost() {
  return import(pathToFileURL(await bundleHost()));
}
