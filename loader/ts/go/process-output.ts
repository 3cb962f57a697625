import { consoleOutput } from "./stdio.js";
import type { Output } from "./streams.js";

/** What is used of Node's `process.stdout`. */
interface ProcessStream {
  write(chunk: Uint8Array): unknown;
  /** The failure of what was written last. */
  readonly errored?: Error | null;
  on(event: "error", listener: (error: Error) => void): void;
  off(event: "error", listener: (error: Error) => void): void;
}

/**
 * The process's standard output, if that is what people look at: a page that has a `process` (Electron) has a console
 * for that.
 */
export function processOutput(name: "stdout" | "stderr"): Output {
  const stream = (globalThis as unknown as { process?: Record<string, ProcessStream | undefined> }).process?.[name];
  if (typeof stream?.write !== "function" || "document" in globalThis) return consoleOutput(name);
  return checked(stream);
}

/** A sink that throws once its stream has failed, e.g. because nobody reads any more (EPIPE). */
function checked(stream: ProcessStream): Output {
  let failure: Error | null | undefined;
  let listens = false;
  // Without a listener, Node ends the process with the error.
  const note = (error: Error): void => {
    failure = error;
  };
  return {
    write(chunk) {
      if (failure) throw failure;
      if (!listens) stream.on?.("error", note);
      listens = true;
      stream.write(chunk);
      failure = stream.errored;
      if (failure) throw failure;
    },
    flush() {
      // The failure of the last write is reported in a moment.
      if (listens) setTimeout(() => stream.off("error", note));
      listens = false;
    },
  };
}
