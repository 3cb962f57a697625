// What the plugin asks of a bundler, and a bundler of the plugin.

import { fileURLToPath } from "node:url";
import type { UnpluginBuildContext, UnpluginContext } from "unplugin";
import type { Problem } from "./go/problem.js";
import type { Watched } from "./go/watched.js";
import type { Program, Programs } from "./programs.js";
import type { Request } from "./request.js";

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
