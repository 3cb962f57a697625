// What a program gets that has more of an operating system than its standard streams, or runs in Node. Loaded when one does.

export { reportDeadlock } from "./deadlock.js";
export { givenSystem } from "./go/given-system.js";
export { takeParts } from "./part.js";
export const part = "system";
