import type { GoHost } from "../go/host.js";

const waiting = new Set<GoHost>();
/** Whether nothing but the awaited turn has happened since Node last had nothing left to do. */
let isQuiet = false;

/**
 * When Node has nothing left to do, a program that still waits does so in vain: it is told, prints Go's report and
 * exits with code 2, as under Go's `wasm_exec_node.js`. Programs that offer functions are left out: they wait to be
 * called.
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
 * Other listeners of the same event may start something, now or when a promise has settled. So this waits for a turn of
 * the event loop: if another one follows, there was something to do; otherwise Node asks again at once.
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
