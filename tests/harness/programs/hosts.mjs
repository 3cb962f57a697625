/**
 * The hosts that programs run under, each in a process of its own.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "../../../scripts/paths.mjs";
import { runChild } from "../child.mjs";

const RUN_TIMEOUT_MS = 120_000;
const DIST = join(root, "dist", "index.js");

/**
 * Go's own runner gives Node this stack (`lib/wasm/go_js_wasm_exec`): Go's recursion is recursion of the engine.
 */
const STACK = "--stack-size=8192";

/**
 * The main thread's real stack in KiB, larger than that: the default of Linux, 8192, is less than what V8 then allows itself with
 * what Node has used before, so that an overflow would be a SIGSEGV in place of an exception. Where the system does not allow it,
 * the stack stays as it is.
 */
const REAL_STACK = 32768;
const WITH_STACK = ["sh", "-c", `ulimit -S -s ${REAL_STACK} 2>/dev/null; exec "$@"`, "sh"];

/** By name: the systems a host runs, why it may be missing, and its arguments for node. */
const HOSTS = {
  wasm_exec: {
    goos: "js",
    missing: () => "",
    argv: ({ toolchain, program }, wasm) => [hostScript("gojs"), toolchain.wasmExec, program.drive ?? "", wasm],
  },
  loader: {
    goos: "js",
    missing: missingLoader,
    argv: ({ program }, wasm) => [hostScript("loader"), DIST, program.drive ?? "", wasm],
  },
  wasi: {
    goos: "wasip1",
    missing: () => "",
    argv: ({ program }, wasm) => ["--no-warnings", hostScript("wasip1"), program.drive ?? "", wasm],
  },
  loader_wasi: {
    goos: "wasip1",
    missing: missingLoader,
    argv: ({ program }, wasm) => [hostScript("loader_wasip1"), DIST, program.drive ?? "", wasm],
  },
};

/** What people give `go test` and `go run`. Not among the hosts of the test programs, as it has the same two beneath it. */
const EXEC = {
  goos: "",
  missing: missingLoader,
  argv: (_, wasm) => [join(root, "npx", "gowasp-exec.mjs"), wasm],
};

/** All host names; the first of a system is the one the others are compared with. */
export const HOST_NAMES = Object.keys(HOSTS);

/** All values of GOOS that some host runs. */
export const SYSTEMS = [...new Set(Object.values(HOSTS).map(({ goos }) => goos))];

/** @param {string} goos `js` or `wasip1` */
export function hostsFor(goos) {
  return HOST_NAMES.filter((name) => HOSTS[name].goos === goos);
}

/**
 * Why a host cannot be used, or an empty string.
 *
 * @param {string} name
 */
export function hostMissing(name) {
  return HOSTS[name].missing();
}

/**
 * Runs a module in an environment that holds nothing of this machine but `PATH`.
 *
 * @param {string} name of the host, or `exec` for gowasp-exec
 * @param {object} one what to run: a case of `casesOf`, or anything else that has
 * @param {import("../toolchain.mjs").Toolchain} one.toolchain
 * @param {{args: string[], stdin: string, env: Record<string, string>, nodeArgs: string[], drive?: string,
 *   cwd?: string, timeoutMs?: number}} one.program an empty directory and two minutes are the defaults
 * @param {string} wasm path of the module
 */
export async function runUnder(name, one, wasm) {
  const { cwd, env, timeoutMs = RUN_TIMEOUT_MS, stdin } = one.program;
  const empty = mkdtempSync(join(tmpdir(), "gowasp-program-"));
  try {
    const [command, ...argv] = [...(process.platform === "win32" ? [] : WITH_STACK), ...nodeCommand(name, one, wasm)];
    return await runChild(command, argv, {
      cwd: cwd ?? empty,
      env: { PATH: process.env.PATH, TZ: "UTC", TMPDIR: empty, ...env },
      timeoutMs,
      stdin,
    });
  } finally {
    rmSync(empty, { recursive: true, force: true });
  }
}

/** Node by its plain name: net/http of GOOS=js (roundtrip_js.go) leaves fetch alone where argv0 begins with "node". */
function nodeCommand(name, one, wasm) {
  const { args, nodeArgs } = one.program;
  const { argv } = name === "exec" ? EXEC : HOSTS[name];
  return ["node", STACK, ...nodeArgs, ...argv(one, wasm), ...args];
}

function missingLoader() {
  return existsSync(DIST) ? "" : "the loader is not built: npm run build";
}

/** The path of the script that is a host for Node. */
export function hostScript(name) {
  return fileURLToPath(new URL(`hosts/${name}.mjs`, import.meta.url));
}
