// The page of a program.

import { address, ask, askNow } from "./ask.mjs";
import { callbackFiles } from "./files.mjs";

const problem = (/** @type {any} */ error) => ask("problem", undefined, String(error?.stack ?? error));
addEventListener("error", ({ error, message }) => problem(error ?? message));
addEventListener("unhandledrejection", ({ reason }) => problem(reason));

const start = await ask("start");
const scope = /** @type {any} */ (globalThis);
scope.fs = callbackFiles(start);
printConsole();
if (start.abi === "wasi_snapshot_preview1") runWasip1();
else await runJs();

/** What the page's console shows is seen where the program was started. */
function printConsole() {
  const streams = { log: 1, info: 1, debug: 1, warn: 2, error: 2 };
  for (const [name, fd] of Object.entries(streams)) {
    /** @type {any} */ (console)[name] = (/** @type {unknown[]} */ ...words) => {
      const line = words.map((word) => (typeof word === "object" ? JSON.stringify(word) : String(word))).join(" ");
      scope.fs.writeSync(fd, new TextEncoder().encode(`${line}\n`));
    };
  }
}

async function runJs() {
  scope.process = processOf(start);
  scope.path = { resolve: (/** @type {string[]} */ ...parts) => resolvePath([scope.process.cwd(), ...parts]) };
  // It looks for what is there already.
  const { Go } = await import(address("dist/wasm_exec.mjs").href);
  const go = new Go();
  go.argv = start.argv;
  go.env = scope.process.env;
  go.exit = (/** @type {number} */ code) => ask("exit", code);
  const program = fetch(address("program.wasm"));
  const { instance } = await WebAssembly.instantiateStreaming(program, go.importObject);
  await go.run(instance);
}

/** In a thread that may wait. */
function runWasip1() {
  const worker = new Worker(new URL("wasip1.mjs", import.meta.url), { type: "module" });
  worker.onerror = ({ message }) => problem(message);
  worker.postMessage(start);
}

function processOf(/** @type {any} */ { env, pid, ppid, cwd, groups, ids }) {
  let now = cwd;
  return {
    env,
    pid,
    ppid,
    ...Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, () => id])),
    getgroups: () => groups,
    cwd: () => now,
    chdir: (/** @type {string} */ folder) => {
      now = askNow("process", ["chdir", folder]);
    },
    umask: (/** @type {number} */ mask) => askNow("process", ["umask", mask]),
  };
}

/** As `path.posix.resolve`. */
function resolvePath(/** @type {string[]} */ parts) {
  const absolute = parts.slice(parts.findLastIndex((part) => part.startsWith("/")));
  /** @type {string[]} */
  const names = [];
  for (const name of absolute.join("/").split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return `/${names.join("/")}`;
}
