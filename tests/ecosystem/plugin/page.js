// The script of a page: runs a Go package and a module that is built already, and leaves what came of it where the test finds
// it. `?cache=no` keeps nothing for the next visit.

import built from "./built.wasm?gowasp";
import app from "./cmd/app?gowasp";

const cache = !location.search.includes("cache=no");

/** Runs a program, and waits for what it prints last. */
async function runProgram(program, options) {
  let text = "";
  const { promise, resolve } = Promise.withResolvers();
  const stdout = (chunk) => {
    text += String.fromCharCode(...chunk);
    if (text.endsWith("\n")) resolve();
  };
  const go = await program.load({ stdout, cache, ...options });
  await promise;
  return { go, outcome: { text, via: go.via, url: program.url } };
}

async function runAll() {
  const { go, outcome } = await runProgram(app);
  const file = await runProgram(built, { args: ["one", "two"] });
  const worker = await runProgram(built, { args: ["three"], worker: true });
  const folder = { ...outcome, sum: String(go.exports.add(40, 2)) };
  return { folder, file: file.outcome, worker: worker.outcome };
}

runAll().then(
  (outcome) => Object.assign(globalThis, { outcome }),
  (error) => Object.assign(globalThis, { outcome: { code: error.code, message: error.message } }),
);
