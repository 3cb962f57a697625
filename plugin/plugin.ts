// The plugin, for all bundlers: which imports are its own, and what they give. What bundlers do differently is in `bundlers/`.

import { fileURLToPath } from "node:url";
import { createUnplugin, type UnpluginBuildContext, type UnpluginContext } from "unplugin";
import { esbuild } from "./bundlers/esbuild.js";
import { rollup } from "./bundlers/rollup.js";
import { vite } from "./bundlers/vite.js";
import { webpack } from "./bundlers/webpack.js";
import { codeOf } from "./code.js";
import { Problem } from "./go/problem.js";
import type { Watched } from "./go/watched.js";
import type { GowaspOptions } from "./options.js";
import type { Program, Programs } from "./programs.js";
import { idOf, isOurModule, type Request, requestOf } from "./request.js";

/** What the hooks of a bundler are called on. */
export type Context = UnpluginBuildContext & UnpluginContext;

/** What a bundler does in its own way. */
export interface Bundler {
  /** The programs of the project, once that is known. */
  programs(): Programs;
  /** How the loader is imported, where not by the path of the package's file. */
  loader?: string;
  /** Imports and an expression that make a file part of the output, and tell where it is served. */
  refer(context: Context, program: Program): Reference | Promise<Reference>;
  /** Answers with a program, where not by making it. */
  make?(request: Request): Promise<Program>;
  /** Tells what a program is made of, where it is known already. */
  watched?(request: Request): Promise<Watched>;
  /** Watches that, where not by naming its files. */
  watch?(context: Context, watched: Watched): void;
  /** Tells what is wrong where an exception does not: answers with a module to go on with. */
  fail?(context: Context, problem: Problem): string;
  /** Hooks that only this bundler has. */
  hooks: object;
}

/** Code in a module that is made. */
export interface Reference {
  head: string;
  address: string;
}

/** The loader, as it lies beside the plugin. */
export const loaderFile = fileURLToPath(new URL("../index.js", import.meta.url));

const bundlers = { esbuild, rollup, rspack: webpack, vite, webpack } as const;

export const plugin = createUnplugin<GowaspOptions | undefined>((options = {}, { framework }) => {
  const bundler: Bundler = bundlers[framework as keyof typeof bundlers](options);
  const loader = bundler.loader ?? loaderFile;
  return {
    name: "gowasp",
    enforce: "pre",
    resolveId(specifier, importer) {
      const programs = bundler.programs();
      const id = idOf(specifier, importer, programs.root, options);
      if (id) programs.name(id, specifier);
      return id;
    },
    loadInclude: isOurModule,
    async load(id) {
      const request = requestOf(id, options);
      const making = bundler.make?.(request) ?? bundler.programs().make(request);
      const made = making.catch((error: unknown) => error as Error);
      const looking = bundler.watched?.(request) ?? bundler.programs().watched(request);
      const [outcome, watched] = await Promise.all([made, looking]);
      // Also what does not compile is watched: the next change may be the one that mends it.
      if (bundler.watch) bundler.watch(this, watched);
      else for (const file of watched.files) this.addWatchFile(file);
      if (!(outcome instanceof Error)) {
        const { head, address } = await bundler.refer(this, outcome);
        return codeOf(outcome, loader, head, address);
      }
      if (outcome instanceof Problem && bundler.fail) return bundler.fail(this, outcome);
      throw outcome;
    },
    [framework]: bundler.hooks,
  };
});
