// The script of a worker that finds out how large a file is when it is compressed.

import { brotli } from "gowasp/optimizer";
import type { FromMeter, ToMeter } from "./messages.js";
import { problemOf } from "./problem.js";

const answer = (message: FromMeter) => postMessage(message);

addEventListener("message", async ({ data: { file, encoder } }: MessageEvent<ToMeter>) => {
  try {
    const bytes = encoder === "gzip 6" ? await gzipSize(file) : await brotliSize(file, Number(encoder.slice(7)));
    answer({ type: "size", bytes });
  } catch (error) {
    answer({ type: "failed", problem: problemOf(error) });
  }
});

/** Browsers compress at zlib's default level, which is 6. */
async function gzipSize(file: Blob): Promise<number> {
  const reader = file.stream().pipeThrough(new CompressionStream("gzip")).getReader();
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) size += part.value.length;
  return size;
}

async function brotliSize(file: Blob, quality: number): Promise<number> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let shown = 0;
  const onProgress = (share: number) => {
    if (share - shown < 0.01) return;
    shown = share;
    answer({ type: "share", share });
  };
  return (await brotli(bytes, { quality, onProgress })).bytes.length;
}
