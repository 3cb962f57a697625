// Rollup, and Rolldown: files are emitted, and those beside a module once its name is final.

import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Bundler } from "../bundler.js";
import { neededBy } from "../needed.js";
import type { GowaspOptions } from "../options.js";
import { companions } from "../pack.js";
import { type Program, Programs } from "../programs.js";

/** What Rollup's hooks are called on, as far as it is used here. */
interface RollupContext {
  meta: { watchMode: boolean };
  emitFile(file: { type: "asset"; source: Uint8Array } & ({ name: string } | { fileName: string })): string;
  getFileName(reference: string): string;
}

/** A file of the output; scripts have code. */
interface Output {
  fileName: string;
  code?: string;
}

export function rollup(options: GowaspOptions): Bundler {
  const programs = new Programs(options);
  const emitted = new Map<string, Program>();
  return {
    programs: () => programs,
    async refer(context, program) {
      const source = await readFile(program.file);
      const name = basename(program.file);
      const reference = (context as unknown as RollupContext).emitFile({ type: "asset", name, source });
      emitted.set(reference, program);
      return { head: "", address: `import.meta.ROLLUP_FILE_URL_${reference}` };
    },
    hooks: {
      buildStart(this: RollupContext) {
        programs.open({ root: process.cwd(), packs: !this.meta.watchMode });
        emitted.clear();
      },
      async generateBundle(this: RollupContext, _: object, bundle: Record<string, Output>) {
        for (const { fileName, code } of Object.values(bundle)) {
          if (code === undefined) continue;
          for (const [fileNeeded, source] of await neededBy(fileName, code)) {
            if (!bundle[fileNeeded]) this.emitFile({ type: "asset", fileName: fileNeeded, source });
          }
        }
        for (const [reference, { file, isPacked }] of emitted) {
          const name = this.getFileName(reference);
          for (const [fileName, source] of isPacked ? await companions(file, name) : []) {
            this.emitFile({ type: "asset", fileName, source });
          }
        }
      },
    },
  };
}
