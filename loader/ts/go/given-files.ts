import {
  type GoFileSystem,
  notImplemented,
  OPERATIONS,
  type ProgramFiles,
  streamOperation,
  writeNow,
} from "./file-system.js";
import type { StandardStreams } from "./streams.js";
import { encodeUtf8 } from "./strings.js";
import { define, ownView } from "./view.js";

/**
 * The `fs` of a program: its standard streams in front of the embedder's files. All other functions of those files can
 * be reached through it as well, with their own parameters.
 *
 * @param awaits is told of each callback of an operation
 */
export function givenFiles(
  base: GoFileSystem,
  streams: StandardStreams,
  awaits: (callback: unknown) => void,
): ProgramFiles {
  const given = base as unknown as ProgramFiles;
  const fs = ownView(given);
  for (const name of OPERATIONS) {
    const operation: ProgramFiles[string] = (...args) => {
      const done = args.at(-1);
      awaits(done);
      const own =
        typeof done === "function" &&
        !(name === "fstat" && base.fstat && base.hasStreams !== false) &&
        streamOperation(name, args[0], streams, fs);
      if (own) return own(...usual(args.slice(1)));
      if (given[name] !== undefined) return given[name](...args);
      if (typeof done !== "function") throw notImplemented();
      return done(name === "fsync" ? null : notImplemented());
    };
    define(fs, name, like(operation, given[name]));
  }
  define(fs, "writeSync", (fd: number, ...args: unknown[]) => {
    const sink = streams.sinks[fd];
    if (sink === undefined && base.writeSync) return base.writeSync(fd, ...(args as [Uint8Array]));
    const [buffer, offset, length] = usual(args) as [Uint8Array, number, number];
    return writeNow(sink, buffer.subarray(offset, offset + length));
  });
  return fs;
}

/** Gives `operation` what `util.promisify` looks for on Node's functions. */
function like(operation: ProgramFiles[string], model: object = {}): ProgramFiles[string] {
  for (const symbol of Object.getOwnPropertySymbols(model)) {
    define(operation, symbol, (model as Record<symbol, unknown>)[symbol]);
  }
  return operation;
}

/**
 * Node's parameters of `read`, `write` and `writeSync` after the descriptor, in the form in which Go gives them:
 * buffer, offset, length, position and callback. Node also takes offset, length and position in an object, and a text
 * with position and encoding.
 */
function usual(args: unknown[]): unknown[] {
  const done = args.filter((argument) => typeof argument === "function");
  const [data, first, ...others] = args.filter((argument) => typeof argument !== "function");
  if (data === undefined) return done;
  if (typeof data === "string") {
    const { Buffer } = globalThis as { Buffer?: { from(text: string, encoding: string): Uint8Array } };
    const encoding = others[0] as string | undefined;
    const bytes = encoding && Buffer ? Buffer.from(data, encoding) : encodeUtf8(data);
    return [bytes, 0, bytes.length, first, ...done];
  }
  const where = typeof first === "object" && first !== null ? (first as Record<string, unknown>) : undefined;
  const { buffer, byteOffset, byteLength } = (where && !ArrayBuffer.isView(data) ? where.buffer : data) as Uint8Array;
  const offset = Number((where ? where.offset : first) ?? 0);
  const length = (where ? where.length : others[0]) ?? byteLength - offset;
  const position = where ? where.position : others[1];
  return [new Uint8Array(buffer, byteOffset, byteLength), offset, Number(length), position, ...done];
}
