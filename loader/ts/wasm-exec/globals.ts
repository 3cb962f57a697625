import { streamsOnly } from "../go/file-system.js";
import { noPath, noProcess } from "../go/process.js";
import { lineSink } from "../go/stdio.js";

/**
 * Puts `fs`, `process` and `path` on the global object if it has none, as Go's own `wasm_exec.js` does: Go finds them
 * there, and pages replace functions of theirs.
 */
export function giveGlobals(): void {
  const scope = globalThis as Record<string, unknown>;
  scope.fs ||= consoleFiles();
  scope.process ||= noProcess();
  scope.path ||= noPath();
}

// Both output streams, line by line.
const output = lineSink((line) => console.log(line));

/** Prints the line that has no end. */
export const flushConsole: () => void = output.flush;

function consoleFiles(): object {
  return streamsOnly({ stdin: undefined, sinks: [undefined, output.write, output.write] }, () => {});
}
