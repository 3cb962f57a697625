/**
 * Calls a part of a host function so that V8 does not inline it.
 *
 * Where Go calls JavaScript and that calls Go, the host function's frame stays on the engine's stack, and how deep such
 * calls can nest depends on its size. What V8 inlines makes the frame as large as all variables of all parts. It only
 * inlines where a call has always been of the same function; this one is of many.
 */
export function apart<A, B, R>(part: (a: A, b: B) => R, a: A, b: B): R {
  return part(a, b);
}
