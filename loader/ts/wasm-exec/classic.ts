// `gowasp/wasm_exec.js`, and what `require` answers: a script that does what Go's own `wasm_exec.js` does to the global object.

import { giveGlobals } from "./globals.js";
import { Go } from "./go.js";

giveGlobals();
Object.assign(globalThis, { Go });

export { Go };
