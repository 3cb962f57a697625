// A program for wasip1, in a worker.

import { address, ask } from "./ask.mjs";
import { syncFiles } from "./files.mjs";

addEventListener("message", async ({ data: start }) => {
  const { argv, env, cwd } = start;
  try {
    const { wasip1 } = await import(address("dist/wasip1.js").href);
    const [name, ...args] = argv;
    const program = wasip1({ name, args, env: { ...env, PWD: cwd }, fs: syncFiles(start) });
    const imports = { wasi_snapshot_preview1: program.imports };
    const { instance } = await WebAssembly.instantiateStreaming(fetch(address("program.wasm")), imports);
    program.run(instance);
    await ask("exit", await program.exited);
  } catch (error) {
    const { cause = error } = /** @type {Error} */ (error);
    await ask("problem", undefined, String(/** @type {any} */ (cause)?.stack ?? cause));
  }
});
