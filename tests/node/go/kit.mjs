// What the Go programs here find as `kit` on their global object; preloaded under every host with node's --import.

function describe(x) {
  if (Array.isArray(x)) return `[${x.map(describe).join(", ")}]`;
  if (typeof x === "object" && x !== null) {
    const names = Object.keys(x).sort();
    return `{${names.map((name) => `${name}: ${describe(x[name])}`).join(", ")}}`;
  }
  return Object.is(x, -0) ? "number -0" : `${typeof x} ${String(x)}`;
}

class Counter {
  constructor(...args) {
    this.text = `made of ${args.length}: ${args}`;
  }
}

class Failing {
  constructor() {
    throw new RangeError("cannot be made");
  }
}

// A NaN whose bits, taken for a reference of Go's, are those of the global object.
const disguised = new Float64Array(new BigUint64Array([0x7ff8_0001_0000_0005n]).buffer)[0];

const samples = [
  undefined,
  null,
  true,
  false,
  0,
  -0,
  1,
  -1.5,
  Number.NaN,
  disguised,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.MAX_VALUE,
  Number.MIN_VALUE,
  2 ** 53,
  "",
  "text",
  "größer 🙂",
  Symbol("name"),
  {},
  [],
  () => {},
  class {},
  new Date(0),
  /x/,
  new Error("as a value"),
  new Uint8Array(2),
  10n,
  Object.create(null),
  new Proxy({}, {}),
];

globalThis.receiverIsGlobal = function () {
  return this === globalThis;
};

globalThis.kit = {
  describe,
  samples,
  isBigInt: (index) => typeof samples[index] === "bigint",
  typeOf: (x) => typeof x,
  json: (x) => JSON.stringify(x),
  identity: (x) => x,
  number: 7,
  bigint: 123n,
  symbol: Symbol("kit"),
  object: { number: 1.5, "": "empty name" },
  frozen: Object.freeze({ fixed: 1 }),
  accessor: {
    get twice() {
      return this.half * 2;
    },
    set twice(value) {
      this.half = value;
    },
    get readOnly() {
      return 42;
    },
  },
  array: [1, 2, 3],
  lengths: {
    none: {},
    text: { length: "12" },
    negative: { length: -3 },
    huge: { length: 2 ** 40 },
    fraction: { length: 3.7 },
    nan: { length: Number.NaN },
    unit: { length: "12px" },
    hex: { length: "0x10" },
    exponent: { length: 1e21 },
    infinite: { length: Number.POSITIVE_INFINITY },
  },
  count: (...args) => `${args.length}: ${args}`,
  countOf: (...args) => `${args.length}: ${args.map(describe)}`,
  thisIsUndefined() {
    return this === undefined;
  },
  arrow: () => {},
  Counter,
  Failing,
  fail(reason) {
    throw new Error(reason);
  },
  failure() {
    throw new TypeError("always");
  },
  throwValue(value) {
    throw value;
  },
  checksum: (bytes) => bytes.reduce((sum, byte, i) => (sum + byte * (i + 1)) % 1_000_003, 0),
  apply: (f, self, ...args) => f.apply(self, args),
  promise: (fails) => (fails ? Promise.reject(new Error("as asked")) : Promise.resolve("fine")),
  // Not enumerable, so that describe() passes it by.
  throwing: Object.defineProperty({}, "value", {
    get() {
      throw new RangeError("thrown by a getter");
    },
  }),
  lengthOf: (text) => text.length,
  units: (text) => Array.from(text, (_, i) => text.charCodeAt(i).toString(16)).join(" "),
  strings: [
    "\ud800",
    "a\udc00b",
    "\ud83d\ud83d\ude00\ude00",
    "\udc00\ud800",
    `${"x".repeat(31)}\ud800`,
    "\ufeffmark",
    "\0",
    "ß".repeat(40),
    `${"é".repeat(1100)}\ud800`,
    "a".repeat(33) + "b".repeat(33),
  ],
};
