// The optimizer's WebAssembly: loaded once, called on this thread, and never again after a trap.

import { OptimizerError, trapped, typed } from "./errors.js";
import { besideThisFile } from "./host.js";
import * as bindings from "./optimizer.js";

let loading: Promise<unknown> | undefined;
/** Why nothing can be called any more: a trap leaves the memory in no known state. */
let broken: OptimizerError | undefined;

/**
 * Loads the optimizer if need be, and calls it.
 *
 * @throws {OptimizerError}
 */
export async function withOptimizer<Result>(work: (optimizer: typeof bindings) => Result): Promise<Result> {
  // A failure to load is not remembered.
  loading ??= start().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  await loading;
  return guarded(() => work(bindings));
}

/**
 * Calls something of the loaded optimizer.
 *
 * @throws {OptimizerError}
 */
export function guarded<Result>(work: () => Result): Result {
  if (broken) {
    const hint = "go on in a new worker or process";
    throw new OptimizerError("fault", `the optimizer has stopped before: ${broken.message}`, { cause: broken, hint });
  }
  const console = listen();
  try {
    return work();
  } catch (error) {
    // Where the stack has no room left, engines throw a RangeError.
    if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) throw typed(error);
    broken = trapped(error, console.heard());
    throw broken;
  } finally {
    console.stop();
  }
}

/** Hears what the panic hook (optimizer/web/src/lib.rs) says on the console while a call lasts; nobody else can speak then. */
function listen(): { heard: () => string | undefined; stop: () => void } {
  const { error } = console;
  let said: string | undefined;
  console.error = (message: unknown, ...rest: unknown[]) => {
    said = String(message).replace(/^gowasp: this is a fault in gowasp, please report it: /, "");
    error(message, ...rest);
  };
  return {
    heard: () => said,
    stop: () => {
      console.error = error;
    },
  };
}

async function start(): Promise<void> {
  try {
    // Bundlers look for exactly this.
    const url = new URL("./optimizer_bg.wasm", import.meta.url);
    await bindings.default({ module_or_path: await besideThisFile(url) });
  } catch (cause) {
    const message = `the optimizer could not be loaded: ${(cause as Error).message}`;
    const hint = "serve optimizer_bg.wasm of this package beside the script that imports gowasp/optimizer";
    throw new OptimizerError("load", message, { cause, hint });
  }
}

/** How much of something that is no module is handed on: enough to tell what it is. */
const HEAD = 4096;

/** The bytes of a module, or the beginning of whatever else it is: a gigabyte of zeros needs no copy. */
export function moduleBytes(bytes: Uint8Array | ArrayBuffer): Uint8Array {
  if (!(bytes instanceof Uint8Array || bytes instanceof ArrayBuffer)) {
    throw new TypeError("the module is given as a Uint8Array or an ArrayBuffer");
  }
  const whole = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
  const isModule = [0, 0x61, 0x73, 0x6d].every((byte, at) => whole[at] === byte);
  return isModule ? whole : whole.subarray(0, HEAD);
}
