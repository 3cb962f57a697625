// The script of the worker that `brotli()` starts: compresses once.

import { loadEncoder } from "./encoder-module.js";
import { parentPort } from "./host.js";
import type { FromEncoder, ToEncoder } from "./messages.js";

void main();

async function main(): Promise<void> {
  const port = await parentPort<ToEncoder>();
  const answer = (message: FromEncoder) => port.post(message);
  port.onMessage(async ({ bytes, quality }) => {
    try {
      const encoder = await loadEncoder();
      answer({ packed: encoder.brotli(bytes, quality, (taken) => answer({ taken })) });
    } catch (error) {
      answer({ error: (error as Error).message });
    }
  });
}
