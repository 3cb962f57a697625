// What a program gets that has more of an operating system than its standard streams, or runs in Node. Loaded for such
// programs.

export { givenSystem } from "../go/given-system.js";
export { takeParts } from "../late/part.js";
export { reportDeadlock } from "./deadlock.js";
export const part = "system";
