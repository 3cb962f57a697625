// What `index.js` holds: the public API, and what other files of the package import from there, so that a bundle has it
// once.

export { GoHost } from "./go/host.js";
export { noSystem } from "./go/system.js";
export * from "./index.js";
