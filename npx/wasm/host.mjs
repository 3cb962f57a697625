// Node as the host of the commands (the trait `Host` in optimizer/cli/src/host.rs; bound in optimizer/web/src/host.rs).
// All of it blocks: the commands run in WebAssembly, which cannot wait.

import { mkdirSync, readFileSync, writeSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { encode, encoders } from "./encoders.mjs";
import { systemError } from "./errors.mjs";
import * as files from "./files.mjs";
import { runNode } from "./node.mjs";

const out = 1;
const err = 2;

/** Methods that fail throw an `Error` whose message is for people. */
export class NodeHost {
  #stage = "";
  #frame = 0;

  read = files.read;
  readStart = files.readStart;
  filesBelow = files.filesBelow;
  list = files.list;
  remove = files.remove;
  resolve = files.resolve;
  write = files.write;

  readStdin() {
    try {
      return readFileSync(0);
    } catch (error) {
      // Windows says so where the input is empty or closed.
      if (/** @type {NodeJS.ErrnoException} */ (error).code === "EOF") return new Uint8Array();
      throw systemError("reading standard input", error);
    }
  }

  /** @param {string} directory @param {[string, Uint8Array][]} named */
  writeAll(directory, named) {
    try {
      mkdirSync(directory, { recursive: true });
    } catch (error) {
      throw systemError(`cannot create ${directory}`, error);
    }
    files.writeBeside(named.map(([name, bytes]) => [join(directory, name), bytes]));
  }

  /** @param {Uint8Array} bytes */
  print(bytes) {
    try {
      writeFully(out, bytes);
    } catch (error) {
      // A reader that has seen enough (`| head`) is not an error.
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EPIPE")
        throw systemError("writing standard output", error);
    }
  }

  /** @param {string} line */
  say(line) {
    const stage = this.#stage;
    this.#clear();
    try {
      writeFully(err, Buffer.from(`${line}\n`));
    } catch {
      // That nobody reads it is no reason to stop working.
    }
    if (stage) this.showStage(stage);
  }

  /** @param {string | undefined} stage */
  showStage(stage) {
    if (!process.stderr.isTTY) return;
    this.#clear();
    if (!stage) return;
    this.#stage = stage;
    const frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
    writeFully(err, Buffer.from(`${frames[this.#frame++ % frames.length]} ${stage}`));
  }

  #clear() {
    if (this.#stage) writeFully(err, Buffer.from("\r\x1b[K"));
    this.#stage = "";
  }

  seconds() {
    return performance.now() / 1000;
  }

  /** Days since 1970-01-01. */
  get today() {
    return Math.floor(Date.now() / 86_400_000);
  }

  get columns() {
    return Number(process.env.COLUMNS) || process.stderr.columns || 100;
  }

  get color() {
    return process.stderr.isTTY === true && process.env.NO_COLOR === undefined;
  }

  get cores() {
    return availableParallelism();
  }

  runNode = runNode;
  encoders = encoders;

  /**
   * @param {Uint8Array} wasm
   * @param {string[]} encodings
   * @param {number} quality brotli's
   * @param {boolean} fast whether brotli is Node's
   * @param {boolean} visible whether to show progress on a terminal
   */
  encode(wasm, encodings, quality, fast, visible) {
    const show = (/** @type {string} */ line) => this.showStage(line);
    try {
      return encode(wasm, encodings, { quality, fast }, visible ? show : () => {});
    } finally {
      this.showStage(undefined);
    }
  }
}

/** Pipes that are full say so instead of waiting, if whoever made them wanted it. */
function writeFully(/** @type {number} */ descriptor, /** @type {Uint8Array} */ bytes) {
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
