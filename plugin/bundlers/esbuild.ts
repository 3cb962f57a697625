// esbuild: files by its loader `file`; what belongs beside them is written when all is.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { GowaspOptions } from "../options.js";
import { companions } from "../pack.js";
import { type Bundler, loaderFile } from "../plugin.js";
import { Programs } from "../programs.js";

/** What is used of esbuild. */
interface Build {
  initialOptions: Options;
  onResolve(at: { filter: RegExp }, answer: (asked: { path: string }) => object): void;
  onLoad(at: { filter: RegExp; namespace: string }, answer: (asked: { path: string }) => Promise<object>): void;
  onEnd(then: (result: Result) => Promise<void>): void;
}

interface Options {
  absWorkingDir?: string;
  format?: string;
  metafile?: boolean;
  write?: boolean;
}

interface Result {
  metafile?: { outputs: Record<string, { inputs: Record<string, object> }> };
  outputFiles?: object[];
}

/** Of the files that programs are in. */
const NAMESPACE = "gowasp-file";

/** Its path would not do: esbuild looks for nothing from modules that lie in no folder. */
const LOADER = "gowasp-loader";

export function esbuild(options: GowaspOptions): Bundler {
  const programs = new Programs(options);
  let initial: Options = {};
  return {
    programs: () => programs,
    loader: LOADER,
    refer: (_, { file }) => ({
      head: `import path from ${JSON.stringify(`${NAMESPACE}:${file}`)};`,
      // Without a place of its own a script has only the page's.
      address: initial.format === "esm" ? "new URL(path, import.meta.url)" : "path",
    }),
    watch(context, _, watched) {
      for (const path of [...watched.files, ...watched.packages, ...watched.embedded]) context.addWatchFile(path);
    },
    fail(context, { findings }) {
      for (const { message, place } of findings) {
        context.error(place ? { message, loc: { ...place, column: place.column - 1 } } : message);
      }
      return "";
    },
    hooks: {
      onResolveFilter: /[?&]gowasp(&|$)/,
      onLoadFilter: /gowasp:/,
      loader: "js",
      config(given: Options) {
        initial = given;
        initial.metafile = true;
        const root = given.absWorkingDir ?? process.cwd();
        programs.open({ root, packs: process.env.NODE_ENV !== "development" });
      },
      setup(build: Build) {
        build.onResolve({ filter: new RegExp(`^${LOADER}$`) }, () => ({ path: loaderFile }));
        const prefix = new RegExp(`^${NAMESPACE}:`);
        build.onResolve({ filter: prefix }, ({ path }) => ({ path: path.replace(prefix, ""), namespace: NAMESPACE }));
        build.onLoad({ filter: /./, namespace: NAMESPACE }, async ({ path }) => ({
          contents: await readFile(path),
          loader: "file",
        }));
        build.onEnd((result) => addCompanions(result, initial, programs));
      },
    },
  };
}

async function addCompanions(
  { metafile, outputFiles }: Result,
  { absWorkingDir = process.cwd(), write = true }: Options,
  programs: Programs,
): Promise<void> {
  for (const [output, { inputs }] of Object.entries(metafile?.outputs ?? {})) {
    const [input = ""] = Object.keys(inputs);
    if (!input.startsWith(`${NAMESPACE}:`)) continue;
    const file = input.slice(NAMESPACE.length + 1);
    if (!programs.isPacked(file)) continue;
    for (const [path, contents] of await companions(file, resolve(absWorkingDir, output))) {
      if (!write) outputFiles?.push({ path, contents, hash: "", text: "" });
      else await mkdir(dirname(path), { recursive: true }).then(() => writeFile(path, contents));
    }
  }
}
