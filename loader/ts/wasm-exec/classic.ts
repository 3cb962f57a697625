// `gowasp/wasm_exec.js`, and what `require` returns: a script that does to the global object what Go's own
// `wasm_exec.js` does.

import { giveGlobals } from "./globals.js";
import { Go } from "./go.js";

giveGlobals();
Object.assign(globalThis, { Go });

export { Go };
