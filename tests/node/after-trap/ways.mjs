/**
 * The ways out of a call that `fail` in main.go knows, and what is promised of each.
 */

/**
 * @typedef {object} Way
 * @property {string} name
 * @property {number} way its number in main.go
 * @property {boolean} isExact Go itself raises the trap, or the host is called: then SP is exact
 * @property {boolean} isSurvived Go's own module answers all that follows
 * @property {boolean} [exits] it ends the program, which on js takes the host's part with it
 */

/** @type {Way[]} */
export const WAYS = [
  { name: "panic", isExact: true, isSurvived: false },
  { name: "index out of range", isExact: true, isSurvived: false },
  { name: "nil pointer", isExact: true, isSurvived: false },
  { name: "os.Exit", isExact: true, isSurvived: true, exits: true },
  { name: "host function throws", isExact: true, isSurvived: true },
  { name: "out of bounds", isExact: false, isSurvived: false },
  { name: "no more stack", isExact: false, isSurvived: true },
  { name: "fatal error", isExact: true, isSurvived: false },
  { name: "deadlock", isExact: true, isSurvived: false },
  { name: "Goexit", isExact: true, isSurvived: false },
  { name: "breakpoint", isExact: true, isSurvived: true },
  { name: "deferred host function throws", isExact: true, isSurvived: true },
  { name: "host function throws after a collection", isExact: true, isSurvived: true },
  { name: "no more stack after a collection", isExact: false, isSurvived: true },
  { name: "no more stack after another goroutine ran", isExact: false, isSurvived: true },
].map((way, number) => ({ ...way, way: number }));
