/**
 * A program for js with Go's own host functions, which have to be there as `globalThis.Go`.
 */

class ExitError extends Error {}

/**
 * @param {WebAssembly.Module} module
 * @param {() => object} host makes the program's own host functions
 * @returns {WebAssembly.Instance} its main waits; it has set functions of JavaScript that call its own
 */
export function instantiateJs(module, host) {
  // Nobody reads what it writes.
  globalThis.fs.writeSync = (_fd, bytes) => bytes.length;
  const go = new globalThis.Go();
  go.exit = (code) => {
    throw new ExitError(`exit code ${code}`);
  };
  const instance = new WebAssembly.Instance(module, { ...go.importObject, host: host() });
  go.run(instance).catch(() => {});
  return instance;
}
