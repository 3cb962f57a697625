import { TextDecoder } from "../host/text.js";
import type { StdinSource } from "./stdin.js";
import type { Fill, Output, Sink, StandardStreams } from "./streams.js";

// The longest piece of a line that is kept until its end comes, in UTF-16 units.
const LONGEST_LINE = 65_536;

/**
 * A sink that passes each full line, decoded and without its end, to `log`; `flush` passes on the rest. A line that is
 * longer than any console shows arrives in pieces.
 */
export function lineSink(log: (line: string) => void): Output {
  const decoder = new TextDecoder();
  let rest = "";
  const write = (chunk: Uint8Array): void => {
    const text = decoder.decode(chunk, { stream: true });
    const end = text.lastIndexOf("\n");
    if (end >= 0) {
      log(rest + text.slice(0, end));
      rest = "";
    }
    rest += text.slice(end + 1);
    if (rest.length < LONGEST_LINE) return;
    log(rest);
    rest = "";
  };
  const flush = (): void => {
    rest += decoder.decode();
    if (rest !== "") log(rest);
    rest = "";
  };
  return { write, flush };
}

/** The streams of a program that the embedder left to the host. */
export interface StreamOptions {
  readonly stdin?: StdinSource;
  readonly stdout?: Sink;
  readonly stderr?: Sink;
  readonly fs?: { readonly writeSync?: unknown; readonly hasStreams?: boolean };
}

/** Makes the streams that the embedder has left to the host, and those that come from a source. */
export interface StreamMaker {
  /** Standard input that comes from `source`. */
  input(source: StdinSource): Fill | undefined;
  /** Where output goes that the embedder has left to the host. */
  output(name: "stdout" | "stderr"): Output;
}

/** What stands behind the descriptors 0, 1 and 2; `flush` writes out a last line without an end. */
export function standardStreams(
  { stdin, stdout, stderr, fs }: StreamOptions,
  system: StreamMaker,
): StandardStreams & { flush: () => void } {
  const outputs: Output[] = [];
  const files = fs?.hasStreams === false ? undefined : fs;
  const fallback = (name: "stdout" | "stderr"): Sink | undefined => {
    // A file system that can write at once has descriptors 1 and 2 of its own.
    if (files?.writeSync !== undefined) return undefined;
    const made = system.output(name);
    outputs.push(made);
    return made.write;
  };
  return {
    stdin: stdin !== undefined ? system.input(stdin) : files ? undefined : (_, done) => done(null, 0),
    sinks: [undefined, stdout ?? fallback("stdout"), stderr ?? fallback("stderr")],
    flush: () => {
      for (const { flush } of outputs) flush();
    },
  };
}

/** The console, line by line. */
export function consoleOutput(name: "stdout" | "stderr"): Output {
  return lineSink(name === "stdout" ? (line) => console.log(line) : (line) => console.error(line));
}
