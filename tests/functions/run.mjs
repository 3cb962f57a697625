/**
 * `npm run fuzz:functions`: builds the fuzzer and runs it; without --program on esbuild and gofmt, of which it demands
 * that nearly all of what gowasp wrote is reached; with --damages on esbuild alone (`npm run fuzz:damage`). All options are
 * the fuzzer's own (`--help`).
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir, root } from "../../scripts/paths.mjs";
import { CommandError, run } from "../../scripts/process.mjs";

try {
  const options = process.argv.slice(2);
  const asked = options.some((option) => /^(--program\b|--help$|-h$)/.test(option));
  const damages = options.some((option) => option.startsWith("--damages"));
  const programs = asked ? [] : damages ? ["--program", esbuild()] : await both();
  const cargo = ["run", "--release", "--quiet", "-p", "function-fuzz", "--"];
  await run("cargo", [...cargo, ...programs, ...options], { cwd: root });
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}

async function both() {
  return ["--thorough", "--program", esbuild(), "--program", await gofmt()];
}

function esbuild() {
  return join(root, "node_modules/esbuild-wasm/esbuild.wasm");
}

/** Of the machine's own Go. */
async function gofmt() {
  const folder = join(cacheDir, "functions");
  await mkdir(folder, { recursive: true });
  const file = join(folder, "gofmt.wasm");
  const env = { ...process.env, GOOS: "js", GOARCH: "wasm", GOFLAGS: "" };
  await run("go", ["build", "-ldflags=-s -w", "-o", file, "cmd/gofmt"], { cwd: root, env });
  return file;
}
