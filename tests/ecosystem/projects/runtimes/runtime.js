// What the package does in a runtime: prints it as JSON.

import { tmpdir } from "node:os";
import { pathToFileURL } from "node:url";
import { GowaspError, load } from "gowasp";
import { memoryFiles } from "gowasp/fs";
import { runProgram } from "./scenario.js";

const site = process.argv[2];
const outcome = {};

/** Runs one thing; whatever it throws is part of the outcome. */
async function attempt(name, action) {
  try {
    outcome[name] = await action();
  } catch (error) {
    const { code, message, stack } = error;
    outcome[name] = { error: error instanceof GowaspError ? code : stack, message };
  }
}

await attempt("path", () => runProgram("public/app/app.json", {}));
await attempt("file URL", () => runProgram(pathToFileURL("public/app/app.json"), {}));
await attempt("URL", () => runProgram(`${site}app/app.json`, {}));
await attempt("worker, path", () => runProgram("public/app/app.json", { worker: true }));
await attempt("worker, URL", () => runProgram(`${site}app/app.json`, { worker: true }));
await attempt("files", () => runProgram("files.wasm", { fs: "node", args: [tmpdir()] }));
await attempt("its own file functions", async () => {
  const fs = await import("node:fs");
  return runProgram("files.wasm", { fs, path: await import("node:path"), process, args: [tmpdir()] });
});
await attempt("wasip1", () => runProgram("files-wasip1.wasm", { fs: "node", args: [tmpdir()] }));
const memory = () => ({ fs: memoryFiles({ "/tmp/here": "" }), args: ["/tmp"] });
await attempt("wasip1 in memory", () => runProgram("files-wasip1.wasm", memory()));
await attempt("wasip1 in a worker", () => runProgram("files-wasip1.wasm", { ...memory(), worker: true }));
await attempt("nothing there", () => load("nothing.wasm"));
await attempt("worker, nothing there", () => load("nothing.wasm", { worker: true }));
console.log(JSON.stringify(outcome));
