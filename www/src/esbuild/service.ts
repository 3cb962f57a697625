// A client for esbuild running as a service: one long-lived Go program that answers transform requests.

import { decodePacket, encodePacket, splitPackets, type Value } from "./packet.js";
import { Pipe } from "./pipe.js";

/** Must be the release that was packed: the service refuses a host of another one. */
export const esbuildVersion = "0.28.2";

/** A problem in the source, as esbuild reports it. */
export interface Message {
  text: string;
  location: { line: number; column: number; length: number; lineText: string } | null;
}

export interface Transformed {
  code: string;
  errors: Message[];
  warnings: Message[];
}

/** Where the service's stdin and stdout are plugged in: the options that `load()` takes. */
export interface ServiceStreams {
  args: string[];
  stdin: (max: number) => Promise<Uint8Array | null>;
  stdout: (chunk: Uint8Array) => void;
}

interface Reply {
  resolve: (value: Value) => void;
  reject: (error: Error) => void;
}

export class EsbuildService {
  readonly streams: ServiceStreams;
  /** Settles when the program's main function runs and has said its version. */
  readonly ready: Promise<void>;

  readonly #stdin = new Pipe();
  readonly #replies = new Map<number, Reply>();
  #nextId = 0;
  #stopped: Error | undefined;
  #fail: (error: Error) => void = () => {};

  constructor() {
    let greeted: (version: string) => void = () => {};
    this.ready = new Promise((resolve, reject) => {
      this.#fail = reject;
      greeted = (version) => {
        if (version === esbuildVersion) resolve();
        else reject(new Error(`This page speaks to esbuild ${esbuildVersion}, the program is esbuild ${version}.`));
      };
    });
    // Nobody may be waiting when the program ends.
    this.ready.catch(() => {});

    let isFirst = true;
    const stdout = splitPackets((piece) => {
      if (!isFirst) return this.#receive(piece);
      isFirst = false;
      greeted(new TextDecoder().decode(piece));
    });
    this.streams = { args: [`--service=${esbuildVersion}`], stdin: this.#stdin.read, stdout };
  }

  /**
   * Compiles one file's text.
   *
   * @param flags esbuild's command-line flags, such as `--loader=tsx`
   * @throws Error when the program has ended or does not understand a flag; errors in the source are returned
   */
  async transform(source: string, flags: string[]): Promise<Transformed> {
    const request = {
      command: "transform",
      flags: ["--log-level=silent", "--log-limit=0", ...flags],
      inputFS: false,
      input: new TextEncoder().encode(source),
    };
    return (await this.#request(request)) as unknown as Transformed;
  }

  /** Ends the service: waiting and later requests fail. */
  stop(reason: string): void {
    this.#stopped ??= new Error(reason);
    this.#fail(this.#stopped);
    for (const { reject } of this.#replies.values()) reject(this.#stopped);
    this.#replies.clear();
    this.#stdin.close();
  }

  #request(value: Value): Promise<Value> {
    if (this.#stopped) return Promise.reject(this.#stopped);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#replies.set(id, { resolve, reject });
      this.#stdin.write(encodePacket({ id, isRequest: true, value }));
    });
  }

  #receive(piece: Uint8Array): void {
    const { id, isRequest, value } = decodePacket(piece);
    // The service only asks hosts that run plugins.
    if (isRequest) return;
    const reply = this.#replies.get(id);
    this.#replies.delete(id);
    const error = isMap(value) ? value.error : undefined;
    if (typeof error === "string" && error !== "") reply?.reject(new Error(error));
    else reply?.resolve(value);
  }
}

function isMap(value: Value): value is { [key: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
