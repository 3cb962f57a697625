// The work on one file: optimized in one worker, measured in others. Nothing of it runs on the page's thread.

import type { Checked } from "gowasp/optimizer";
import type { Encoder, FromChecker, FromMeter, FromOptimizer, Optimized, Problem, ToMeter } from "./messages.js";

export type Side = "before" | "after";

/** Hears how the work goes. */
export interface Listener {
  onStage(name: string): void;
  onOptimized(optimized: Optimized): void;
  onShare(side: Side, encoder: Encoder, share: number): void;
  onSize(side: Side, encoder: Encoder, bytes: number): void;
  onChecked(checked: Checked): void;
  /** The file cannot be optimized; the work has ended. */
  onFailure(problem: Problem): void;
  /** One of the sizes cannot be had. */
  onUnmeasured(side: Side, encoder: Encoder, problem: Problem): void;
}

/** What the first result shows; brotli 11 takes longest and follows. */
const quick: Encoder[] = ["gzip 6", "brotli 5"];

export class Session {
  readonly #workers = new Set<Worker>();
  readonly #listener: Listener;

  constructor(file: Blob, listener: Listener) {
    this.#listener = listener;
    void this.#run(file);
  }

  /** Whether something is still being worked on, which takes its time from whatever else runs. */
  get isBusy(): boolean {
    return this.#workers.size > 0;
  }

  /** Ends all work at once; the listener hears no more of it. */
  stop(): void {
    for (const worker of this.#workers) worker.terminate();
    this.#workers.clear();
  }

  async #run(file: Blob): Promise<void> {
    const original = quick.map((encoder) => this.#measure(file, "before", encoder));
    const optimized = await this.#optimize(file);
    if (!optimized) return this.stop();
    this.#listener.onOptimized(optimized);
    await Promise.all([...original, ...quick.map((encoder) => this.#measure(optimized.wasm, "after", encoder))]);
    await this.#check(optimized.wasm);
    // One on each of the two cores that most machines have at least.
    void this.#measure(optimized.wasm, "after", "brotli 11");
    void this.#measure(file, "before", "brotli 11");
  }

  /** The result; nothing where the file cannot be optimized. */
  #optimize(file: Blob): Promise<Optimized | undefined> {
    // Bundlers look for exactly this.
    const worker = new Worker(new URL("./optimizer-worker.js", import.meta.url), { type: "module" });
    return this.#use<FromOptimizer, Optimized | undefined>(worker, file, (message, done) => {
      if (message.type === "stage") this.#listener.onStage(message.name);
      else if (message.type === "optimized") done(message.optimized);
      else {
        this.#listener.onFailure(message.problem);
        done(undefined);
      }
    });
  }

  #measure(file: Blob, side: Side, encoder: Encoder): Promise<void> {
    const worker = new Worker(new URL("./meter-worker.js", import.meta.url), { type: "module" });
    return this.#use<FromMeter, void>(worker, { file, encoder } satisfies ToMeter, (message, done) => {
      if (message.type === "share") return this.#listener.onShare(side, encoder, message.share);
      if (message.type === "size") this.#listener.onSize(side, encoder, message.bytes);
      else this.#listener.onUnmeasured(side, encoder, message.problem);
      done();
    });
  }

  /** Whether a file fits. A failure is shown nowhere: whoever needs to know runs `gowasp check`. */
  #check(file: Blob): Promise<void> {
    const worker = new Worker(new URL("./check-worker.js", import.meta.url), { type: "module" });
    return this.#use<FromChecker, void>(worker, file, (message, done) => {
      if (message.type === "checked") this.#listener.onChecked(message.checked);
      done();
    });
  }

  /** Tells a worker what to do, and waits until `receive` calls its second argument. */
  #use<Message extends { type: string }, Result>(
    worker: Worker,
    order: unknown,
    receive: (message: Message | Failed, done: (result: Result) => void) => void,
  ): Promise<Result> {
    this.#workers.add(worker);
    return new Promise((resolve) => {
      const done = (result: Result) => {
        worker.terminate();
        this.#workers.delete(worker);
        resolve(result);
      };
      worker.onmessage = ({ data }: MessageEvent<Message>) => receive(data, done);
      worker.onerror = ({ message }) => receive({ type: "failed", problem: crashed(message) }, done);
      worker.postMessage(order);
    });
  }
}

type Failed = { type: "failed"; problem: Problem };

function crashed(message: string | undefined): Problem {
  return {
    message: `A worker of this page has stopped: ${message || "its script did not load"}`,
    hint: "Reload the page. If that does not help, use the program in a terminal: npx gowasp pack FILE -o DIR",
  };
}
