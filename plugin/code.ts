import { MANIFEST } from "./pack.js";
import type { Program } from "./programs.js";

/**
 * The module that an import gives: see `GoProgram` in `client.d.ts`.
 *
 * @param loader where the loader is imported from
 * @param head imports and what else comes first
 * @param address an expression: where the module is served
 */
export function codeOf({ isPacked }: Program, loader: string, head: string, address: string): string {
  // Behind the path, before whatever a CDN's address has.
  const url = isPacked ? `String(${address}).replace(/$|[?#]/, "${MANIFEST}$&")` : `String(${address})`;
  return `import { load, preload } from ${JSON.stringify(loader)};
${head}
const url = ${url};
export default {
  url,
  load: (options) => load(url, options),
  preload: (options) => preload(url, options),
};
`;
}

/** A module that says when it is run what kept it from being made, for bundlers that go on. */
export const codeOfProblem = (message: string) => `throw new Error(${JSON.stringify(message)});
export default undefined;
`;
