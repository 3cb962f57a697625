import { OptimizerError } from "gowasp/optimizer";
import type { Problem } from "./messages.js";

/** Whatever was thrown in a worker, for people. */
export function problemOf(error: unknown): Problem {
  if (error instanceof OptimizerError) return { message: error.message, hint: error.hint };
  // What engines throw where a buffer of that size cannot be had.
  if (error instanceof RangeError) {
    return {
      message: "The file is too large for this browser, which has no memory left for it.",
      hint: "Use the program in a terminal: npx gowasp pack FILE -o DIR",
    };
  }
  // What a Blob throws when its file is gone, is a folder, or may not be read.
  if (error instanceof DOMException) {
    return {
      message: `The file could not be read: ${error.message}`,
      hint: "Choose it again; a file that is being written changes.",
    };
  }
  // The second program throws what its library throws: an error with a hint.
  const hint = error instanceof Error && "hint" in error && typeof error.hint === "string" ? error.hint : undefined;
  return { message: error instanceof Error ? error.message : String(error), hint };
}
