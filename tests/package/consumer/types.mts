// Compiled, never run: what a user writes is accepted, and what is wrong is refused.

/// <reference types="gowasp/client" />
import { type GoApp, GowaspError, type GowaspErrorCode, load } from "gowasp";
import esbuild from "gowasp/esbuild";
import vite, { type GowaspOptions } from "gowasp/vite";
import { Go } from "gowasp/wasm_exec";
import program from "./cmd/app?gowasp";

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

export async function asBefore(instance: WebAssemblyInstance): Promise<boolean | undefined> {
  const go = new Go();
  go.argv = ["app", "serve"];
  go.exit = (code) => void code;
  await go.run(instance);
  return go.exited;
}

/** Without lib dom there is no such type. */
type WebAssemblyInstance = Parameters<Go["run"]>[0];

// @ts-expect-error: not a list of arguments
load("/app/app.json", { args: "serve" });

const options: GowaspOptions = { goos: "wasip1", flags: ["-trimpath"], types: false };
export const plugins: { name: string }[] = [vite(options), esbuild()];
export const ended: Promise<number> = program.load({ worker: true }).then(({ exited }) => exited);

// @ts-expect-error: there is no such platform
vite({ goos: "linux" });
