// webpack and Rspack, whose plugins see the same: files are modules of the type `asset/resource`.

import { resolve, sep } from "node:path";
import type { Bundler } from "../bundler.js";
import type { GowaspOptions } from "../options.js";
import { companions } from "../pack.js";
import { type Program, Programs } from "../programs.js";

/** What is used of both. */
interface Compiler {
  context: string;
  outputPath: string;
  options: { mode?: string; module: { rules: object[] } };
  hooks: { thisCompilation: { tap(name: string, on: (compilation: Compilation) => void): void } };
  webpack: { sources: { RawSource: new (bytes: Buffer) => object }; Compilation: Record<string, number> };
}

interface Compilation {
  hooks: { processAssets: { tapPromise(at: { name: string; stage: number }, on: () => Promise<void>): void } };
  getAssets(): readonly { name: string; info: { sourceFilename?: string } }[];
  emitAsset(name: string, source: object, info?: object): void;
  updateAsset(name: string, source: (before: object) => object, info: object): void;
}

/** That of the loader that a module is made by. */
interface NativeContext {
  loaderContext?: { addContextDependency(folder: string): void };
}

export function webpack(options: GowaspOptions): Bundler {
  const programs = new Programs(options);
  let outputPath = "";
  return {
    programs: () => programs,
    // Without the loaders that the project's rules have for such files.
    refer: (_, { file }: Program) => ({
      head: `import address from ${JSON.stringify(`-!${file}`)};`,
      address: "address",
    }),
    watch(context, watched) {
      for (const file of watched.files) context.addWatchFile(file);
      const { loaderContext } = (context.getNativeBuildContext?.() ?? {}) as NativeContext;
      // A folder is watched with all below it: not those in which every build writes.
      const written = [outputPath, programs.cache];
      for (const folder of [...watched.packages, ...watched.embedded]) {
        const isQuiet = written.every((path) => !path.startsWith(folder + sep));
        if (isQuiet) loaderContext?.addContextDependency(folder);
      }
    },
    hooks: (compiler: Compiler) => {
      programs.open({ root: compiler.context, packs: compiler.options.mode !== "development" });
      outputPath = compiler.outputPath;
      // The last rule decides, whatever limits the project has for other files.
      compiler.options.module.rules.push({ include: programs.cache + sep, type: "asset/resource" });
      compiler.hooks.thisCompilation.tap("gowasp", (compilation) => {
        // When names are final, and before others compress what is not compressed yet.
        const stage = (compiler.webpack.Compilation.PROCESS_ASSETS_STAGE_OPTIMIZE_TRANSFER ?? 0) - 1;
        const { RawSource } = compiler.webpack.sources;
        compilation.hooks.processAssets.tapPromise({ name: "gowasp", stage }, async () => {
          for (const { name, info } of compilation.getAssets()) {
            const file = info.sourceFilename && resolve(compiler.context, info.sourceFilename);
            if (!file || !programs.isPacked(file)) continue;
            await addCompanions(compilation, file, name, (bytes) => new RawSource(bytes));
          }
        });
      });
    },
  };
}

async function addCompanions(
  compilation: Compilation,
  file: string,
  asset: string,
  source: (bytes: Buffer) => object,
): Promise<void> {
  // What follows a question mark is no part of a file's name.
  const [path = "", query] = asset.split("?");
  for (const [name, bytes] of await companions(file, path)) {
    compilation.emitAsset(query === undefined ? name : `${name}?${query}`, source(bytes), { immutable: true });
  }
  const related = { gzipped: `${path}.gz`, brotliCompressed: `${path}.br` };
  compilation.updateAsset(asset, (before) => before, { related });
}
