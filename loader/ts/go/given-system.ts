import { fittingEnvironment } from "./environment.js";
import { streamsOnly } from "./file-system.js";
import { givenFiles } from "./given-files.js";
import { noPath, noProcess } from "./process.js";
import { processOutput } from "./process-output.js";
import { stdinFrom } from "./stdin.js";
import type { System } from "./system.js";
import { define, ownView } from "./view.js";

/** For a program that the embedder gives input, files, a process or paths, or that runs in Node. */
export const givenSystem: System = {
  input: stdinFrom,
  output: processOutput,
  objects: ({ fs, process, path }, streams, awaits) => ({
    fs: fs ? givenFiles(fs, streams, awaits) : streamsOnly(streams, awaits),
    process: givenProcess(process ?? fs?.process),
    path: path ? ownView(path) : noPath(),
  }),
  environment: fittingEnvironment,
};

function givenProcess(base: object | undefined): object {
  if (base === undefined) return noProcess();
  const view = ownView(base) as { argv0?: unknown };
  // By this name net/http (roundtrip_js.go, from Go 1.21 on) recognizes Node, where it never uses fetch, but only a
  // fake network for its own tests.
  if (String(view.argv0).startsWith("node")) define(view, "argv0", "go");
  return view;
}
