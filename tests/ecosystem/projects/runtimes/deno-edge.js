// The same for Deno: a server at a port of its own, which it prints.

import { goHandler } from "gowasp/workers";

const module = await WebAssembly.compile(await Deno.readFile(new URL("./edge.wasm", import.meta.url)));
const handler = goHandler(module, { instances: Deno.args[0], timeout: 3000 });
Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: ({ port }) => console.log(port) }, (request) =>
  handler.fetch(request, { NAME: "Ada" }),
);
