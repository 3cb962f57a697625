import { type GoFileSystem, type ProgramFiles, streamsOnly } from "./file-system.js";
import { noPath, noProcess } from "./process.js";
import { consoleOutput, type StreamMaker } from "./stdio.js";
import type { StandardStreams } from "./streams.js";
import type { Timers } from "./timers.js";

/** What the embedder gives of an operating system. */
export interface Given {
  readonly fs?: GoFileSystem;
  readonly process?: object;
  readonly path?: object;
}

/** Through which a program asks to be woken. */
export type ProgramTimers = Pick<Timers, "schedule" | "clear" | "clearAll">;

/** Makes what a program takes for its operating system. */
export interface System extends StreamMaker {
  /** What the program finds under these names, before those of the real global object. */
  objects(
    given: Given,
    streams: StandardStreams,
    awaits: (callback: unknown) => void,
  ): { fs?: ProgramFiles; process?: object; path?: object };
  /** What the program gets of its environment. */
  environment(args: readonly string[], env: Record<string, string | undefined>): Record<string, string | undefined>;
  /** What calls `wake` when the program has asked for it; the host's own timers if this is absent. */
  timers?(wake: () => void): ProgramTimers;
}

/** Of a program that gets nothing, as most do in pages; {@link "./given-system.js"} is the other one. */
export const noSystem: System = {
  input: () => undefined,
  output: consoleOutput,
  objects: (_, streams, awaits) => ({ fs: streamsOnly(streams, awaits), process: noProcess(), path: noPath() }),
  environment: (_, env) => env,
};
