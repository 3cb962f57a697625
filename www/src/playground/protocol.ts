// What the page says to the sandboxed frame, and what it hears from the program that runs there.

/** The only message to the frame. */
export interface Start {
  wasm: Blob;
  args: string[];
  stdin: string;
}

/** Text that a program wrote. */
export interface Output {
  stream: "stdout" | "stderr";
  text: string;
}

/** From the frame, by the port that came with {@link Start}. The last one has `exited` or `failed`. */
export type FromFrame =
  | { type: "compiled"; milliseconds: number }
  | { type: "output"; output: Output }
  | { type: "exited"; code: number; milliseconds: number }
  | { type: "failed"; message: string };
