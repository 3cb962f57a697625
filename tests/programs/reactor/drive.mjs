let exportsOfProgram;

/** `callback` goes straight back into the program. */
export function imports() {
  return { host: { callback: (depth) => exportsOfProgram.bounce(depth) } };
}

/** Calls every export of `main.go`. */
export function drive({ exports, memory, print }) {
  exportsOfProgram = exports;
  print("same", exports.same(0), exports.same(1), exports.same(-5), exports.same(2 ** 31 - 1));
  print("count", exports.count(), exports.count());
  exports.nothing();
  print("count", exports.count());
  print(
    "mix",
    exports.mix(-1, -(2n ** 40n), 1.5, 0.25, 4294967295, 2n ** 64n - 1n, 1),
    exports.mix(0, 0n, 0, 0, 0, 0n, 0),
  );
  print("wide", exports.wide(2n ** 62n), exports.wide(-1n));
  print("accumulate", [1n, 10n, -5n].map((n) => exports.accumulate(n)).join());
  print("recurse", exports.recurse(10), exports.recurse(2000));
  const size = 100000;
  const pointer = exports.allocate(size) >>> 0;
  const bytes = new Uint8Array(memory().buffer, pointer, size);
  print("allocate", bytes[0], bytes[1], bytes[99999]);
  bytes[7] = 0;
  print("checksum", exports.checksum(size), exports.checksum(5));
  print("recovered", exports.recovered(1), exports.recovered(3), exports.recovered(-1));
  print("bounce", exports.bounce(0), exports.bounce(6));
  print("parallel", exports.parallel(20));
  for (let i = 0; i < 3000; i++) exports.accumulate(BigInt(i));
  print("accumulate", exports.accumulate(0n), exports.count());
}
