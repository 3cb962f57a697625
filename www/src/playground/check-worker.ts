// The script of a worker that asks whether a file fits the platforms that run WebAssembly at the edge.

import { check } from "gowasp/optimizer";
import type { FromChecker } from "./messages.js";
import { problemOf } from "./problem.js";

const answer = (message: FromChecker) => postMessage(message);

addEventListener("message", async ({ data: file }: MessageEvent<Blob>) => {
  try {
    answer({ type: "checked", checked: await check(await file.arrayBuffer()) });
  } catch (error) {
    answer({ type: "failed", problem: problemOf(error) });
  }
});
