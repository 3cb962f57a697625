// Compiled, never run: what a user writes is accepted, and what is wrong is refused.

import { type GoApp, GowaspError, type GowaspErrorCode, load } from "gowasp";

export async function start(): Promise<number> {
  const app: GoApp = await load("/app/app.json", {
    args: ["serve"],
    env: { TZ: "Europe/Zurich" },
    stdout: (bytes) => bytes.length,
    onProgress: ({ loaded, total }) => total && loaded / total,
  });
  return app.exited;
}

export function codeOf(error: unknown): GowaspErrorCode | undefined {
  return error instanceof GowaspError ? error.code : undefined;
}

// @ts-expect-error: not a list of arguments
load("/app/app.json", { args: "serve" });
