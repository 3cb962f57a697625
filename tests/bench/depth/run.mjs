// Runs the program of this directory until the engine's stack ends, and reads how deep it came; in pages and in Node, where Go's
// wasm_exec.js has been loaded.

/**
 * @param {BufferSource} bytes of the module, which is compiled anew: nothing is left of earlier runs
 * @param {string[]} args of the program
 * @returns {Promise<number>} levels
 */
export async function depthOf(bytes, args) {
  let text = "";
  globalThis.fs.writeSync = (_fd, written) => {
    text += new TextDecoder().decode(written);
    return written.length;
  };
  const go = new globalThis.Go();
  go.argv = ["depth", ...args];
  const { instance } = await WebAssembly.instantiate(bytes, go.importObject);
  try {
    await Promise.race([go.run(instance), failureOf(go)]);
  } catch (error) {
    // In Firefox it is an InternalError.
    if (!/call stack size exceeded|too much recursion/i.test(error.message)) throw error;
    const address = Number(/^counter (\d+)$/m.exec(text)[1]);
    return Number(new DataView(instance.exports.mem.buffer).getBigInt64(address, true));
  }
  throw new Error(`${args.join(" ")} returned:\n${text}`);
}

/** Behind a sleep, Go is called by a timer, whose errors reach nobody. */
function failureOf(go) {
  const resume = go._resume.bind(go);
  return new Promise((_resolve, reject) => {
    go._resume = () => {
      try {
        resume();
      } catch (error) {
        reject(error);
      }
    };
  });
}
