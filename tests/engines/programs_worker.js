// Runs one Go program under Go's own wasm_exec.js, which expects to be loaded as a script.

importScripts("/wasm_exec.js");

addEventListener("message", async ({ data: { url, args, env } }) => {
  const written = { 1: [], 2: [] };
  // What wasm_exec.js puts here writes lines to the console.
  fs.writeSync = (fd, bytes) => {
    written[fd].push(bytes.slice());
    return bytes.length;
  };
  const finish = (ended) => postMessage({ ended, stdout: textOf(written[1]), stderr: textOf(written[2]) });
  const go = new Go();
  go.argv = ["program", ...args];
  go.env = env;
  go.exit = (code) => finish(`exit code ${code}`);
  try {
    const { instance } = await WebAssembly.instantiateStreaming(fetch(url), go.importObject);
    await go.run(instance);
  } catch (error) {
    finish(`failed: ${error}`);
  }
});

/** A character's bytes may be in two pieces. */
function textOf(pieces) {
  const decoder = new TextDecoder();
  return pieces.map((piece) => decoder.decode(piece, { stream: true })).join("") + decoder.decode();
}
