import type { GoHost } from "../go/host.js";

const waiting = new Set<GoHost>();
/** Whether nothing but the turn that was waited for has happened since Node last had nothing left to do. */
let isQuiet = false;

/**
 * When Node has nothing left to do, a program that still waits waits for nothing: it is told so, prints Go's report and exits with
 * code 2, as under Go's `wasm_exec_node.js`. Not one that offers functions, which waits to be called.
 */
export function reportDeadlock(host: GoHost, exited: Promise<number>): void {
  if (waiting.size === 0) process.on("beforeExit", onIdle);
  waiting.add(host);
  const forget = (): void => {
    waiting.delete(host);
    if (waiting.size === 0) process.off("beforeExit", onIdle);
  };
  exited.then(forget, forget);
}

/**
 * Other listeners of the same event may start something, at once or when a promise has settled. So a turn of the event loop is waited
 * for: if another one follows, there was something to do, else Node asks again at once.
 */
function onIdle(): void {
  const idle = [...waiting].filter((host) => !host.offersFunctions);
  if (idle.length === 0) return;
  if (isQuiet) {
    isQuiet = false;
    for (const host of idle) host.reportDeadlock();
    return;
  }
  setImmediate(() => {
    isQuiet = true;
    const next = setImmediate(() => {
      isQuiet = false;
    });
    next.unref();
  });
}
