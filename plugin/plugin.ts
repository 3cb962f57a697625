// The plugin, for all bundlers: which imports are its own, and what they give. What bundlers do differently is in `bundlers/`.

import { createUnplugin } from "unplugin";
import { type Bundler, loaderFile } from "./bundler.js";
import { esbuild } from "./bundlers/esbuild.js";
import { rollup } from "./bundlers/rollup.js";
import { vite } from "./bundlers/vite.js";
import { webpack } from "./bundlers/webpack.js";
import { codeOf } from "./code.js";
import { Problem } from "./go/problem.js";
import type { GowaspOptions } from "./options.js";
import { idOf, isOurModule, requestOf } from "./request.js";

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
