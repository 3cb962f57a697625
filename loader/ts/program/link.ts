import { GowaspError } from "../errors.js";
import type { Job } from "../job.js";
import { part } from "../late/part.js";
import type { LoadOptions } from "../options.js";

/** The imports of the caller, whose functions may ask for a memory that does not exist yet. */
export class Link {
  readonly imports: WebAssembly.Imports;
  #instance: WebAssembly.Instance | undefined;

  constructor({ imports = {} }: LoadOptions) {
    this.imports = typeof imports === "function" ? imports(() => this.#memory()) : imports;
  }

  async instantiate(module: WebAssembly.Module, imports: WebAssembly.Imports, job: Job): Promise<WebAssembly.Instance> {
    job.check();
    try {
      this.#instance = await WebAssembly.instantiate(module, imports);
    } catch (cause) {
      throw (await part("refusal")).instantiateError(cause as Error);
    }
    await this.#pace(job.options);
    job.check();
    job.started();
    return this.#instance;
  }

  /** Tells the program, which is not entered yet, when to collect garbage. */
  async #pace({ gcFirstHeap }: LoadOptions): Promise<void> {
    if (gcFirstHeap === undefined) return;
    const first = this.#instance?.exports["gowasp.gc_first_heap"];
    if (!(first instanceof WebAssembly.Global)) throw (await part("refusal")).unpaced();
    // It has 32 bits and no sign.
    first.value = gcFirstHeap | 0;
  }

  #memory(): WebAssembly.Memory {
    if (!this.#instance) throw new GowaspError("instantiate", "the memory was asked for before the module had one");
    return memoryOf(this.#instance);
  }
}

/** Go for js calls it `mem`, everything else `memory`. */
export function memoryOf({ exports }: WebAssembly.Instance): WebAssembly.Memory {
  return (exports.mem ?? exports.memory) as WebAssembly.Memory;
}
