// Descriptors 0, 1 and 2.

import { processOutput } from "../go/process-output.js";
import { type Descriptor, file, stream } from "./descriptors.js";
import type { Wasip1Options } from "./options.js";
import { stdinReader } from "./stdin.js";

/**
 * The standard streams of a program; `flush` writes out a last line without an end.
 *
 * @param hear is told of what is written to standard error
 */
export function standardDescriptors(
  { fs, stdin, stdout, stderr }: Wasip1Options,
  hear: (bytes: Uint8Array) => void,
): { streams: Descriptor[]; flush: () => void } {
  const flushes: (() => void)[] = [];
  const files = fs?.hasStreams === false ? undefined : fs;
  const open = (fd: number, given: unknown, own: () => Descriptor) => {
    try {
      if (files && given === undefined) return file(files, fd, 0);
    } catch {
      // It is closed.
    }
    return own();
  };
  const output = (fd: number, name: "stdout" | "stderr", given: Wasip1Options["stdout"]) =>
    open(fd, given, () => {
      const { write, flush } = given ? { write: given, flush() {} } : processOutput(name);
      flushes.push(flush);
      return stream(() => 0, write);
    });
  const streams = [
    open(0, stdin, () => stream(stdinReader(stdin), () => {})),
    output(1, "stdout", stdout),
    output(2, "stderr", stderr),
  ];
  const errors = streams[2] as Descriptor;
  streams[2] = {
    ...errors,
    write(bytes) {
      hear(bytes);
      return errors.write(bytes);
    },
  };
  return { streams, flush: () => flushes.forEach((flush) => void flush()) };
}
