// `npm run demo`: sets the machine up, builds everything, packs esbuild and serves a page that runs it.

import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { serve } from "../npx/serve/server.mjs";
import { build } from "./build.mjs";
import { checkPages } from "./demo/check.mjs";
import { demoMounts } from "./demo/mounts.mjs";
import { packDemo, packOriginal } from "./demo/pack.mjs";
import { buildPage, canBuildPlayground, pageFolder } from "./demo/page.mjs";
import { namedBinary } from "./paths.mjs";
import { CommandError } from "./process.mjs";
import { nativeProgram } from "./setup/native.mjs";
import { found } from "./setup/outcome.mjs";
import { SetupError, setup } from "./setup.mjs";

const help = `Usage: npm run demo [-- OPTIONS]

Builds gowasp, packs esbuild's WebAssembly with it and serves a page that runs the result.

  --check       open the page in headless Chromium, transform some TSX, and end: 0 when it worked, 1 when not
  --port PORT   where to serve; the next free port when it is taken (default 8080)
  --open        open the page in the default browser
  --help        this text`;

process.exitCode = await main();

async function main() {
  const options = parse();
  if (typeof options === "number") return options;
  try {
    const folders = await prepare(options.check);
    return options.check ? await check(folders) : await show(folders, options);
  } catch (error) {
    if (!(error instanceof SetupError || error instanceof CommandError)) throw error;
    console.error(error.message);
    return 1;
  }
}

/** @returns {{ check: boolean, open: boolean, port: number } | number} the options, or the exit code */
function parse() {
  try {
    const { values } = parseArgs({
      options: {
        check: { type: "boolean", default: false },
        open: { type: "boolean", default: false },
        port: { type: "string", default: "8080" },
        help: { type: "boolean" },
      },
    });
    const port = Number(values.port);
    if (!values.help && Number.isInteger(port) && port >= 0 && port < 65536) return { ...values, port };
    if (values.help) {
      console.log(help);
      return 0;
    }
    console.error(`--port wants a number below 65536, not ${values.port}.\n\n${help}`);
  } catch (error) {
    console.error(`${error.message}\n\n${help}`);
  }
  return 2;
}

async function prepare(/** @type {boolean} */ needsBrowser) {
  let binary = "";
  const program = async (/** @type {(text: string) => void} */ progress) => {
    const outcome = await nativeProgram(progress);
    binary = namedBinary ?? outcome.path ?? "";
    return outcome;
  };
  const page = async () => {
    await build({ only: "loader" });
    await buildPage();
    return found("page", pageFolder);
  };
  let original = "";
  const unpacked = async () => {
    original = await packOriginal();
    return found("esbuild as it is", original);
  };
  const { env, missing } = await setup({ chromium: needsBrowser }, { beside: [program], behind: [page, unpacked] });
  if (missing.length > 0) throw new SetupError(`--check needs ${missing.join(", ")}`);
  Object.assign(process.env, env);
  const { summary, ...folders } = await packDemo(binary, original);
  console.log(summary);
  return { page: pageFolder, ...folders };
}

/** @typedef {{ page: string, app: string, original: string, update: string }} Folders */

async function show(/** @type {Folders} */ folders, /** @type {{ open: boolean, port: number }} */ { open, port }) {
  const { url } = await serve({ mounts: demoMounts(folders), port });
  console.log(`The demo is at ${url} (Ctrl-C ends it).`);
  if (open) openBrowser(url);
  const complete = canBuildPlayground();
  if (!complete)
    console.log("Its playground follows: the optimizer is compiled to WebAssembly, which takes some minutes.");
  await build({ only: "loader,optimizer,full" });
  if (!complete) {
    await buildPage(pageFolder, { keep: true });
    console.log("The playground is ready.");
  }
  return 0;
}

async function check(/** @type {Folders} */ folders) {
  const compressing = await serve({ mounts: demoMounts(folders) });
  const plain = await serve({ mounts: demoMounts(folders, { negotiate: false }) });
  try {
    const good = await checkPages([
      { name: "a host that compresses", url: compressing.url, how: "decoded and compiled it as it arrived" },
      { name: "a host that does not", url: plain.url, how: "Rust in wasm" },
    ]);
    return good ? 0 : 1;
  } finally {
    await Promise.all([compressing.close(), plain.close()]);
  }
}

function openBrowser(/** @type {string} */ url) {
  /** @type {Partial<Record<NodeJS.Platform, string[]>>} */
  const commands = { darwin: ["open"], win32: ["cmd", "/c", "start", ""] };
  const [command = "xdg-open", ...args] = commands[process.platform] ?? [];
  // Where there is no such command, the address that was printed is enough.
  spawn(command, [...args, url], { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}
