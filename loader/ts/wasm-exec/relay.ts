import type { HostFunction } from "../go/program.js";

type HostFunctions = Readonly<Record<string, HostFunction>>;

/**
 * Imports that lead to the host functions of the current run: an instance may have been made before the last run ended,
 * and each run has host functions of its own.
 */
export class Relay {
  readonly imports: Record<string, HostFunction> = {};
  readonly #turns: [name: string, turn: (to: HostFunction) => void][] = [];

  constructor(functions: HostFunctions) {
    for (const [name, first] of Object.entries(functions)) {
      let to = first;
      this.imports[name] = (sp) => to(sp);
      this.#turns.push([
        name,
        (next) => {
          to = next;
        },
      ]);
    }
  }

  /** Redirects all of them to other functions of the same names. */
  lead(functions: HostFunctions): void {
    for (const [name, turn] of this.#turns) turn(functions[name] as HostFunction);
  }
}
