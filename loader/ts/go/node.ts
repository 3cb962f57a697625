import type { GoHost } from "./host.js";

/**
 * Runs a program to its end as a process of Node would: when nothing is left that could wake it, it is told so, reports its
 * deadlock and exits with code 2. Go's own `wasm_exec_node.js` does the same.
 *
 * Not for programs that only wait to be called, because those look the same.
 *
 * @param host as for {@link GoHost.run}, made with Node's `fs`, `path` and `process` where the program needs files
 * @returns the exit code
 */
export async function runUnderNode(host: GoHost, instance: WebAssembly.Instance): Promise<number> {
  const report = (): void => host.reportDeadlock();
  process.once("beforeExit", report);
  try {
    return await host.run(instance);
  } finally {
    process.off("beforeExit", report);
  }
}
