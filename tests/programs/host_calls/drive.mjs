/** What `main.go` imports. */
export function imports({ memory, print }) {
  const bytes = (pointer, length) => new Uint8Array(memory().buffer, pointer, length);
  return {
    host: {
      mix: (a, b, c, d, e, f) => a + Number(b) / 2 ** 60 + c + d + (e >>> 0) + Number(BigInt.asUintN(64, f)) / 2 ** 64,
      negate: (v) => -v,
      wide: (v) => v * 2n + 1n,
      half: (v) => v / 2,
      nothing() {},
    },
    "host-two": {
      fill(pointer, length, value) {
        bytes(pointer, length).fill(value);
        return length;
      },
      upper(pointer, length) {
        const view = bytes(pointer, length);
        view.set(Buffer.from(Buffer.from(view).toString().toUpperCase()));
      },
      log: (pointer, length) => print(Buffer.from(bytes(pointer, length)).toString()),
    },
  };
}
