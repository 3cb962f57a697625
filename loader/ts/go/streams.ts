// Types of the standard streams.

/**
 * How the functions of {@link GoFileSystem} report back: `null` or an error with an errno name as its `code`, then a
 * result.
 */
// biome-ignore lint/suspicious/noExplicitAny: results differ by function, and node:fs types them in its own way
export type FsCallback = (error: (Error & { code?: string }) | null, result?: any) => void;

/** Takes what a program writes to one of its streams; the chunk belongs to the receiver. */
export type Sink = (chunk: Uint8Array) => void;

/** Fills a buffer from standard input, at once or later, and tells how many bytes it was; 0 is the end. */
export type Fill = (buffer: Uint8Array, done: FsCallback) => void;

/** A sink, and what to do when the program has ended. */
export interface Output {
  readonly write: Sink;
  readonly flush: () => void;
}

/** What file descriptors 0, 1 and 2 lead to; an absent one belongs to the file system. */
export interface StandardStreams {
  readonly stdin: Fill | undefined;
  /** By descriptor. */
  readonly sinks: readonly (Sink | undefined)[];
}
