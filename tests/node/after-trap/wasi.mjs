/**
 * A program for WASI with as little of a host as Go needs.
 */

class ExitError extends Error {}

/** What a host says of functions that it does not have. */
const ENOSYS = 52;
const EBADF = 8;

/**
 * @param {WebAssembly.Module} module
 * @param {() => object} host makes the program's own host functions
 * @returns {WebAssembly.Instance} initialized
 */
export function instantiateWasi(module, host) {
  const memory = () => new DataView(instance.exports.memory.buffer);
  const zero = (...places) => {
    for (const place of places) memory().setUint32(place, 0, true);
    return 0;
  };
  const functions = {
    args_sizes_get: zero,
    environ_sizes_get: zero,
    args_get: () => 0,
    environ_get: () => 0,
    random_get: () => 0,
    sched_yield: () => 0,
    fd_prestat_get: () => EBADF,
    clock_time_get(_clock, _precision, to) {
      memory().setBigUint64(to, process.hrtime.bigint(), true);
      return 0;
    },
    // Nobody reads it.
    fd_write(_fd, vectors, count, written) {
      let length = 0;
      for (let i = 0; i < count; i++) length += memory().getUint32(vectors + 8 * i + 4, true);
      memory().setUint32(written, length, true);
      return 0;
    },
    // Time is up at once: an event is the number that its subscription gave, and zeros.
    poll_oneoff(subscriptions, events, count, written) {
      for (let i = 0; i < count; i++) {
        const [from, to] = [subscriptions + 48 * i, events + 32 * i];
        const number = memory().getBigUint64(from, true);
        for (let word = 0; word < 32; word += 8) memory().setBigUint64(to + word, word === 0 ? number : 0n, true);
      }
      memory().setUint32(written, count, true);
      return 0;
    },
    proc_exit(code) {
      throw new ExitError(`exit code ${code}`);
    },
  };
  const wasi = new Proxy(functions, { get: (of, name) => of[name] ?? (() => ENOSYS) });
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi, host: host() });
  instance.exports._initialize();
  return instance;
}
