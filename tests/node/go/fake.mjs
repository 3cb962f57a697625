// Host functions without Go: calls them as a Go program would, with the arguments in memory.

/** Go's stack pointer in all that follows. */
export const SP = 16_384;

/** An instance whose Go side is written in JavaScript, for what real programs hardly do. */
export function fakeInstance({ run = () => {}, resume = () => {} } = {}) {
  const mem = new WebAssembly.Memory({ initial: 1 });
  return { exports: { mem, run, resume, getsp: () => SP } };
}

/** What Go does to get a callback: calls `_makeFuncWrapper` on the object in slot 6. */
export function makeCallback(host, { exports }) {
  const words = new Uint32Array(exports.mem.buffer);
  const [name, args] = [20_000, 24_000];
  new TextEncoder().encodeInto("_makeFuncWrapper", new Uint8Array(exports.mem.buffer, name));
  words.set([6, 0x7ff80001, name, 0, 16, 0, args, 0, 1, 0], (SP + 8) / 4);
  new Float64Array(exports.mem.buffer)[args / 8] = 1;
  host.imports["syscall/js.valueCall"](SP);
  let callback;
  // Getting it out again takes a call with it as an argument.
  const ref = words.slice((SP + 56) / 4, (SP + 56) / 4 + 2);
  globalThis.takeCallback = (given) => {
    callback = given;
  };
  new TextEncoder().encodeInto("takeCallback", new Uint8Array(exports.mem.buffer, name));
  words.set(ref, args / 4);
  words.set([5, 0x7ff80001, name, 0, 12, 0, args, 0, 1, 0], (SP + 8) / 4);
  host.imports["syscall/js.valueCall"](SP);
  delete globalThis.takeCallback;
  return callback;
}

/** Calls a host function with 64-bit arguments, each given as its low and high word; returns the words that follow them. */
export function callHost(host, { exports }, name, ...words) {
  const stack = new Uint32Array(exports.mem.buffer, SP + 8);
  stack.set(words);
  host.imports[name](SP);
  return stack.subarray(words.length, words.length + 4);
}
