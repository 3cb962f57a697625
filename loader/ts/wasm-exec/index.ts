/** `gowasp/wasm_exec`: {@link Go}, in the place of Go's own `wasm_exec.js`. */
export { Go } from "./go.js";
