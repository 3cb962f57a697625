// esbuild: files by its loader `file`; what belongs beside them is written when all is.

import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type Bundler, loaderFile } from "../bundler.js";
import { neededBy } from "../needed.js";
import type { GowaspOptions } from "../options.js";
import { companions } from "../pack.js";
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
  outputFiles?: { path: string; text: string }[];
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
    watch(context, watched) {
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
        build.onEnd(async (result) => {
          const added = await additions(result, initial, programs);
          if (initial.write === false) {
            result.outputFiles?.push(...added.map(([path, contents]) => new Output(path, contents)));
          } else for (const [path, contents] of added) await writeFile(path, contents);
        });
      },
    },
  };
}

/** What belongs beside the files of a build: absolute paths and contents. */
async function additions(
  { metafile, outputFiles = [] }: Result,
  { absWorkingDir = process.cwd() }: Options,
  programs: Programs,
): Promise<[path: string, contents: Buffer][]> {
  const added: [string, Buffer][] = [];
  for (const [output, { inputs }] of Object.entries(metafile?.outputs ?? {})) {
    const path = resolve(absWorkingDir, output);
    const [input = ""] = Object.keys(inputs);
    const file = input.startsWith(`${NAMESPACE}:`) ? input.slice(NAMESPACE.length + 1) : "";
    if (programs.isPacked(file)) added.push(...(await companions(file, path)));
    if (!/\.m?js$/.test(path)) continue;
    const code = outputFiles.find((one) => one.path === path)?.text ?? (await readFile(path, "utf8"));
    added.push(...(await neededBy(path, code)));
  }
  // Two scripts may ask for the same.
  return [...new Map(added)];
}

/** A file of a build that is not written. */
class Output {
  readonly hash = "";
  constructor(
    readonly path: string,
    readonly contents: Uint8Array,
  ) {}

  get text() {
    return new TextDecoder().decode(this.contents);
  }
}
