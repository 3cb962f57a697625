// Descriptors 0, 1 and 2.

import type { LastWords } from "../go/last-words.js";
import { processOutput } from "../go/process-output.js";
import { stdinFrom } from "../go/stdin.js";
import { type Fill, standardStreams } from "../go/stdio.js";
import { type Descriptor, file, stream } from "./descriptors.js";
import { fail } from "./errno.js";
import type { Wasip1Options } from "./program.js";

/** The standard streams of a program; `flush` writes out a last line without an end. */
export function standardDescriptors(
  options: Wasip1Options,
  words: LastWords,
): { streams: Descriptor[]; flush: () => void } {
  const { fs } = options;
  const { stdin, sinks, flush } = standardStreams(options, { input: stdinFrom, output: processOutput });
  const hasStreams = fs !== undefined && !("hasStreams" in fs);
  const streams = [0, 1, 2].map((fd) => {
    const write = sinks[fd];
    if (hasStreams && fd === 0 ? !stdin : !write) {
      try {
        if (fs && hasStreams) return file(fs, fd, 0);
      } catch {
        // It is closed.
      }
    }
    return stream(stdin && fd === 0 ? (buffer) => filled(stdin, buffer) : () => 0, write ?? (() => {}));
  });
  const errors = streams[2] as Descriptor;
  const { write } = errors;
  errors.write = (bytes, position) => {
    words.hear(bytes);
    return write.call(errors, bytes, position);
  };
  return { streams, flush };
}

/** Fills a buffer at once: a program that reads waits for nothing else meanwhile. */
function filled(fill: Fill, buffer: Uint8Array): number {
  let answer: number | undefined;
  let failure: unknown;
  fill(buffer, (error, count) => {
    failure = error;
    answer = count ?? 0;
  });
  if (failure) throw failure;
  return answer ?? fail("EIO");
}
