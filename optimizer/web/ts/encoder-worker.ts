// The script of the worker that `brotli()` starts: compresses once.

import * as encoder from "./encoder.js";
import { besideThisFile, parentPort } from "./host.js";
import type { FromEncoder, ToEncoder } from "./messages.js";

void main();

async function main(): Promise<void> {
  const port = await parentPort<ToEncoder>();
  const answer = (message: FromEncoder) => port.post(message);
  port.onMessage(async ({ bytes, quality }) => {
    try {
      const url = new URL("./encoder_bg.wasm", import.meta.url);
      await encoder.default({ module_or_path: await besideThisFile(url) });
      answer({ packed: encoder.brotli(bytes, quality, (taken) => answer({ taken })) });
    } catch (error) {
      answer({ error: (error as Error).message });
    }
  });
}
