#!/usr/bin/env node
// `npx gowasp …`: runs the native program with the arguments it was given.

import { spawn } from "node:child_process";
import { closeSync, openSync, readSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const program = process.platform === "win32" ? "gowasp.exe" : "gowasp";

const binary = findBinary();
if (binary) runBinary(binary);
else {
  console.error(`gowasp: the native program was not found.
It is looked for at GOWASP_BINARY, in target/release beside this package, and on PATH.
Install it with \`cargo install gowasp\`, or build it with \`cargo build --release -p gowasp\` in a clone of the repository.`);
  process.exitCode = 127;
}

function findBinary() {
  if (process.env.GOWASP_BINARY) return process.env.GOWASP_BINARY;
  const built = fileURLToPath(new URL(`../target/release/${program}`, import.meta.url));
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const installed = folders.map((folder) => join(folder, program));
  return [built, ...installed].find(isNativeProgram);
}

/** Package managers put this script on PATH as `gowasp`, as a link or in a shell script: running that would never end. */
function isNativeProgram(path) {
  const start = Buffer.alloc(2);
  try {
    const file = openSync(path, "r");
    readSync(file, start);
    closeSync(file);
  } catch {
    return false;
  }
  return start.toString("latin1") !== "#!";
}

function runBinary(path) {
  const child = spawn(path, process.argv.slice(2), { stdio: "inherit" });
  // A terminal sends Ctrl-C to both processes; other senders reach only this one.
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(`gowasp: ${path} could not be started: ${error.message}`);
    process.exitCode = 126;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}
