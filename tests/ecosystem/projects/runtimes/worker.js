// A Worker for Cloudflare, once with a program that ran before the first request.

import { load } from "gowasp";
import module from "./hello.wasm";

async function run() {
  const decoder = new TextDecoder();
  let text = "";
  const stdout = (chunk) => {
    text += decoder.decode(chunk, { stream: true });
  };
  const app = await load(module, { args: ["one", "two"], stdout });
  return { exit: await app.exited, text, via: app.via };
}

export default {
  async fetch(request) {
    try {
      const { pathname } = new URL(request.url);
      if (pathname === "/worker") return Response.json(await load(module, { worker: true }));
      return Response.json(await run());
    } catch (error) {
      return Response.json({ name: error.name, code: error.code, message: error.message });
    }
  },
};
