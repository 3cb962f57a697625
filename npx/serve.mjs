// `npx gowasp serve DIR`: a development server for packed apps.

import { statSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { serve } from "./serve/server.mjs";

const help = `Serve a folder on this machine: WebAssembly with its media type, compressed files to whom takes them

Usage: gowasp serve [OPTIONS] [DIR]

Arguments:
  [DIR]  The folder [default: .]

Options:
      --port <PORT>        Where to serve; the next free port when it is taken [default: 8080]
      --isolate            Send the headers that give pages SharedArrayBuffer (COOP and COEP)
      --cors <ORIGIN>      Let pages of this origin read what is served, or of all with *
      --allow-host <NAME>  Answer to this name, too; localhost and addresses always work
      --no-reload          Leave pages alone when a file changes
  -q, --quiet              Say errors only
  -h, --help               Print help

Examples:
  gowasp pack app.wasm -o public/app && gowasp serve public
  gowasp serve public --isolate --port 3000

For development only: it listens on this machine alone, and shows no file whose name begins with a dot.`;

/**
 * @param {string[]} args
 * @returns {Promise<number>} the exit code; with 0 the server goes on
 */
export async function serveCommand(args) {
  const options = parse(args);
  if (typeof options === "number") return options;
  const { folder, quiet, ...others } = options;
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    console.error(`error: ${folder} is not a folder`);
    return 1;
  }
  const { url } = await serve({ mounts: [{ prefix: "/", folder }], ...others });
  if (!quiet) console.log(`${folder} is at ${url} (Ctrl-C ends it)`);
  return 0;
}

function parse(/** @type {string[]} */ args) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        port: { type: "string", default: "8080" },
        isolate: { type: "boolean", default: false },
        cors: { type: "string" },
        "allow-host": { type: "string", multiple: true },
        "no-reload": { type: "boolean", default: false },
        quiet: { type: "boolean", short: "q", default: false },
        help: { type: "boolean", short: "h" },
      },
    });
    const { port, isolate, cors, quiet, "allow-host": hosts, "no-reload": still } = values;
    if (values.help) {
      console.log(help);
      return 0;
    }
    if (positionals.length > 1) throw new Error(`one folder is served, not ${positionals.length}`);
    const number = Number(port);
    if (!/^\d+$/.test(port) || number > 65535) throw new Error(`--port wants a number up to 65535, not ${port}`);
    return { folder: resolve(positionals[0] ?? "."), port: number, isolate, cors, hosts, quiet, reload: !still };
  } catch (error) {
    console.error(`error: ${/** @type {Error} */ (error).message}\n\nFor more information, try 'gowasp serve --help'.`);
    return 2;
  }
}
