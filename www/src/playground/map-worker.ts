// The script of the worker that says whose the bytes of a file are, why something is in it, and what changed. It loads the
// optimizer's second program, which has these commands.

import { brotli } from "gowasp/optimizer";
import * as full from "../../../dist/optimizer-full.js";
import type { FromMap, Side, ToMap } from "./map-messages.js";
import { problemOf } from "./problem.js";

interface File {
  name: string;
  wasm: Uint8Array;
  packed: Uint8Array;
}

/** Brotli's quality: 11 would take a minute here. */
const quality = 5;

let files: Record<Side, File> | undefined;
let loading: Promise<unknown> | undefined;
let work: Promise<void> = Promise.resolve();

addEventListener("message", ({ data }: MessageEvent<ToMap>) => {
  work = work.then(async () => {
    let message: FromMap;
    try {
      message = await answer(data);
    } catch (error) {
      message = { type: "failed", problem: problemOf(error) };
    }
    postMessage(message);
  });
});

async function answer(asked: ToMap): Promise<FromMap> {
  loading ??= full.default({ module_or_path: new URL("./optimizer-full_bg.wasm", import.meta.url) });
  await loading;
  if (asked.type === "files") {
    const { before, after, name } = asked;
    const result = name.replace(/(\.wasm)?$/, ".opt.wasm");
    files = { before: await read(before, name), after: await read(after, result) };
    return { type: "ready" };
  }
  if (!files) throw new Error("there are no files yet");
  const { name, wasm, packed } = files[asked.side];
  switch (asked.type) {
    case "map":
      return { type: "map", data: JSON.parse(full.sizesData(wasm, packed, name)) };
    case "why":
      return { type: "why", why: JSON.parse(full.why(wasm, packed, asked.name)) };
    case "diff": {
      const old = await read(asked.old, "");
      return { type: "diff", diff: JSON.parse(full.diff(old.wasm, old.packed, wasm, packed)) };
    }
  }
}

async function read(file: Blob, name: string): Promise<File> {
  const wasm = new Uint8Array(await file.arrayBuffer());
  return { name, wasm, packed: (await brotli(wasm, { quality })).bytes };
}
