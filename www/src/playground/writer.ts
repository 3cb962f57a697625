import type { Output } from "./protocol.js";

/** Characters of a run that are shown; a program that writes without end must not fill the page. */
const most = 200_000;
/** Milliseconds and characters that are collected before they are sent. */
const pause = 50;
const portion = 16_384;

/** Collects what a program writes, in order, and gives it away in few pieces and never too much. */
export class Writer {
  #left = most;
  #pending: Output[] = [];
  #size = 0;
  #sent = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #give: (output: Output) => void;

  constructor(give: (output: Output) => void) {
    this.#give = give;
  }

  /** What to give a program as one of its streams. */
  sink(stream: Output["stream"]): (chunk: Uint8Array) => void {
    const decoder = new TextDecoder();
    return (chunk) => this.#write(stream, decoder.decode(chunk, { stream: true }));
  }

  /** Gives away what is there. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const output of this.#pending) this.#give(output);
    this.#pending = [];
    this.#size = 0;
    this.#sent = performance.now();
  }

  #write(stream: Output["stream"], all: string): void {
    if (this.#left === 0 || all === "") return;
    const text = all.slice(0, this.#left);
    this.#left -= text.length;
    this.#add(stream, text);
    if (this.#left === 0) this.#add("stderr", `\n… cut off: the page shows ${most} characters\n`);
    // A program that computes for long gives timers no chance.
    if (this.#left === 0 || this.#size >= portion || performance.now() - this.#sent >= pause) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), pause);
  }

  #add(stream: Output["stream"], text: string): void {
    const last = this.#pending.at(-1);
    if (last?.stream === stream) last.text += text;
    else this.#pending.push({ stream, text });
    this.#size += text.length;
  }
}
