import { GowaspError } from "../errors.js";
import { TextDecoder } from "../host/text.js";

// Go prints what it dies of in pieces, of which the first is one of these (runtime/panic.go printpanics, fatalthrow).
const BEGINNINGS = ["panic: ", "fatal error: "];
// Enough for the traces of some hundred goroutines.
const MOST_BYTES = 65_536;

/**
 * Listens to what the Go runtime writes to standard error, for the panic or fatal error that a program dies of.
 *
 * This may run at the end of the engine's stack, where V8 would end the process rather than compile a regular
 * expression.
 */
export class LastWords {
  readonly #decoder = new TextDecoder();
  #text = "";
  readonly #advice: (text: string) => string;

  /** @param advice text to add to Go's own */
  constructor(advice: (text: string) => string = () => "") {
    this.#advice = advice;
  }

  /** Takes the next piece. */
  hear(piece: Uint8Array): void {
    if (this.#text.length >= MOST_BYTES) return;
    const text = this.#decoder.decode(piece, { stream: true });
    if (this.#text !== "" || BEGINNINGS.some((beginning) => text.startsWith(beginning))) this.#text += text;
  }

  /** The error that a program died of when it exits with `code`; none if it exited on purpose. */
  error(code: number): GowaspError | undefined {
    // What a program prints may look the same; but only the runtime exits with 2 right after it.
    if (code !== 2 || this.#text === "") return undefined;
    const [message = ""] = this.#text.split("\n\ngoroutine ");
    const error = new GowaspError("panic", message + this.#advice(this.#text));
    error.stack = `${error.name}: ${this.#text}`;
    return error;
  }
}

/**
 * A function that JavaScript calls must return before JavaScript continues, so it waits in vain for anything from
 * there. The goroutine that waits is the one that handles the call.
 */
export function deadlockAdvice(text: string): string {
  if (!text.includes("all goroutines are asleep")) return "";
  const lines = text.split("\n");
  // Each function is followed by its place.
  const call = lines[lines.findIndex((line) => line.startsWith("syscall/js.handleEvent(")) - 2] ?? "";
  const name = call.slice(0, call.lastIndexOf("("));
  return name === ""
    ? ""
    : `; JavaScript called ${name} and waits for it, so nothing can come: start a goroutine in it, and return a Promise`;
}
