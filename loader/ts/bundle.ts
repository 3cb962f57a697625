// What `index.js` holds: what is public, and what other files of the package take from there, so that it is in a bundle once.

export { GoHost } from "./go/host.js";
export { noSystem } from "./go/system.js";
export * from "./index.js";
