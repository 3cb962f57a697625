// The command line of gowasp-exec, and what becomes of it.

import { fileURLToPath } from "node:url";
import { runNative } from "../native.mjs";
import { orRefused } from "./program.mjs";

const help = `Run a Go program for js or wasip1

Usage: gowasp-exec [OPTIONS] <PROGRAM> [ARGUMENT]...

Arguments:
  <PROGRAM>      What go build wrote with GOOS=js or GOOS=wasip1, and GOARCH=wasm
  [ARGUMENT]...  The program's own

Options:
      --browser  Run it in a page of Chromium, with this machine's files
      --fetch    Let net/http use fetch in Node, as it does in pages; by default it knows only servers in the program itself, as
                 under Go's own go_js_wasm_exec
  -h, --help     Print help

Examples:
  GOOS=js GOARCH=wasm go run -exec gowasp-exec . one two
  GOOS=js GOARCH=wasm go test -exec gowasp-exec -coverprofile cover.out ./...
  GOOS=wasip1 GOARCH=wasm go test -exec gowasp-exec ./...
  GOOS=js GOARCH=wasm go test -exec "gowasp-exec --browser" ./...

Working directory, standard streams, environment and exit code are the program's. go looks for gowasp-exec on PATH: in a project that
has the package installed, npx go test … finds it. CHROME_BIN names another Chromium than the one that is found.`;

/**
 * @typedef {object} Command
 * @property {string} path of the program
 * @property {string[]} args the program's own
 * @property {boolean} browser
 * @property {boolean} fetch
 */

/**
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function execCommand(args) {
  /** @type {Command | undefined} */
  let command;
  try {
    command = parse(args);
  } catch (error) {
    console.error(`error: ${/** @type {Error} */ (error).message}\n\nFor more information, try 'gowasp-exec --help'.`);
    return 2;
  }
  if (!command) {
    console.log(help);
    return 0;
  }
  if (!command.browser) return runInNode(command);
  const { runInBrowser } = await import("./browser.mjs");
  return orRefused(runInBrowser(command));
}

/** @returns {Command | undefined} nothing where help is asked for */
function parse(/** @type {string[]} */ args) {
  const options = { browser: false, fetch: false };
  for (const [at, arg] of args.entries()) {
    if (arg === "-h" || arg === "--help") return undefined;
    if (arg === "--browser") options.browser = true;
    else if (arg === "--fetch") options.fetch = true;
    else if (arg.startsWith("-")) throw new Error(`unexpected argument '${arg}'`);
    else return { ...options, path: arg, args: args.slice(at + 1) };
  }
  throw new Error("the program is missing");
}

/**
 * In a process of its own, whose stack is larger: Go calls JavaScript calls Go, and its own tests do so deeply. A little is left of the
 * 8 MiB that a process usually has, so that V8 notices the end before the system does.
 */
function runInNode(/** @type {Command} */ { path, args, fetch }) {
  const script = fileURLToPath(new URL("node.mjs", import.meta.url));
  const stack = process.platform === "win32" ? [] : ["--stack-size=7600"];
  const all = [...stack, "--no-warnings", script, path, ...args];
  // By this name net/http knows a Node, under which it leaves fetch alone (roundtrip_js.go).
  const argv0 = fetch ? "go" : "node";
  return replaceProcess(argv0, all) ?? runNative(process.execPath, all, { argv0 });
}

/** Has Node go on as another one, where it can (Node 22.15): there is nobody then between `go` and the program. */
function replaceProcess(/** @type {string} */ argv0, /** @type {string[]} */ args) {
  const { execve } = /** @type {{ execve?: (file: string, args: string[]) => never }} */ (process);
  if (!execve || process.platform === "win32") return undefined;
  return execve.call(process, process.execPath, [argv0, ...args]);
}
