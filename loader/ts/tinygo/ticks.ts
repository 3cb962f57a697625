// `runtime.ticks` returns milliseconds as a float and, from TinyGo 0.40 on, nanoseconds as an integer. JavaScript
// cannot see which of the two a module wants, but linking can: a function with a WebAssembly type fits only where it is
// wanted.

/** Bytes of a module that imports `a.b` of type () -> i64 and exports it as `c` (core specification, binary format). */
const TYPED = new Uint8Array([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[1, 5, 1, 0x60, 0, 1, 0x7e],
  ...[2, 7, 1, 1, 0x61, 1, 0x62, 0, 0],
  ...[7, 5, 1, 1, 0x63, 0, 0],
]);

/** Milliseconds since 1970. */
const now = (): number => performance.timeOrigin + performance.now();

/** The time as a float. */
export const ticks = now;

/** The time as an integer, of a type that only an import of integers takes. */
export async function integerTicks(): Promise<unknown> {
  // A double has the microseconds.
  const b = () => BigInt(Math.floor(now() * 1000)) * 1000n;
  const { instance } = await WebAssembly.instantiate(TYPED, { a: { b } });
  return instance.exports.c;
}
