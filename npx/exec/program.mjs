// What is to be run: read, and refused where it cannot be, in words for whoever has built it.

import { readFile } from "node:fs/promises";

/** The program cannot be run. */
export class RefusedError extends Error {}

/** What `work` gives, or, where the program is refused, 1: it is said why. */
export async function orRefused(/** @type {Promise<number>} */ work) {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    console.error(`gowasp-exec: ${error.message}`);
    return 1;
  }
}

/**
 * @typedef {object} Program
 * @property {string} path
 * @property {Buffer} bytes
 * @property {WebAssembly.Module} module
 * @property {"gojs" | "go" | "wasi_snapshot_preview1"} abi the module that it imports its host's functions from
 */

const build = "build with GOOS=js GOARCH=wasm or GOOS=wasip1 GOARCH=wasm";

/** How files begin that are taken for programs by mistake. @type {[string, string][]} */
const others = [
  ["\x7fELF", "a program for Linux"],
  ["\xcf\xfa\xed\xfe", "a program for macOS"],
  ["MZ", "a program for Windows"],
  ["!<arch>", "an archive: the package is not main"],
];

/**
 * @param {string} path
 * @returns {Promise<Program>}
 * @throws {RefusedError}
 */
export async function readProgram(path) {
  /** @type {Buffer} */
  let bytes;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new RefusedError(`${path} cannot be read: ${/** @type {Error} */ (error).message}`);
  }
  if (bytes.toString("latin1", 0, 4) !== "\0asm") {
    const beginning = bytes.toString("latin1", 0, 8);
    const what = others.find(([magic]) => beginning.startsWith(magic))?.[1] ?? "something else";
    throw new RefusedError(`${path} is no WebAssembly but ${what}; ${build}`);
  }
  const module = await compiled(path, bytes);
  const imports = WebAssembly.Module.imports(module);
  const abi = abiOf(path, imports);
  const entry = abi === wasi ? "_start" : "run";
  if (!WebAssembly.Module.exports(module).some(({ name }) => name === entry)) {
    throw new RefusedError(`${path} is a library (-buildmode=c-shared): it has no main that could be run`);
  }
  const foreign = imports.find((one) => one.module !== abi && one.module !== "_gotest");
  if (foreign) {
    const { module: from, name } = foreign;
    throw new RefusedError(
      `${path} imports ${from}.${name} (//go:wasmimport), which only a host of its own can give it`,
    );
  }
  return { path, bytes, module, abi };
}

const wasi = "wasi_snapshot_preview1";

async function compiled(/** @type {string} */ path, /** @type {Uint8Array<ArrayBuffer>} */ bytes) {
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw new RefusedError(`${path} is not valid: ${/** @type {Error} */ (error).message}`);
  }
}

/** @returns {Program["abi"]} */
function abiOf(/** @type {string} */ path, /** @type {WebAssembly.ModuleImportDescriptor[]} */ imports) {
  for (const name of /** @type {const} */ (["gojs", "go"])) {
    // TinyGo imports functions of other types from modules of these names.
    if (imports.some((one) => one.module === name && one.name === "runtime.wasmExit")) return name;
  }
  if (imports.some(({ module }) => module === "gojs" || module === "go")) {
    throw new RefusedError(`${path} is a program of TinyGo's; ${build}, with the go command`);
  }
  if (imports.some(({ module }) => module === wasi)) return wasi;
  throw new RefusedError(`${path} is no Go program: it imports nothing that Go's programs do; ${build}`);
}
