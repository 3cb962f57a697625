// What `import "gowasp/wasm_exec.js"` leaves on the global object.

import type { Go as GoClass } from "./index.js";

declare global {
  var Go: typeof GoClass;
  type Go = GoClass;
}
