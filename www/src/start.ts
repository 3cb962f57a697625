// Starts esbuild through the loader, and measures it.

import { type GoApp, load, type Progress, type Via } from "gowasp";
import { EsbuildService } from "./esbuild/service.js";

/** A start that went well. */
export interface Start {
  service: EsbuildService;
  timing: Timing;
}

/** What a start cost. */
export interface Timing {
  /** Milliseconds from the call of `load()` to the first words of the program's main function. */
  total: number;
  /** Bytes over the network for the module, headers included; 0 when a cache had it. */
  transferred: number;
  /** How the module's bytes came. */
  via: Via;
}

export interface StartOptions {
  cache: boolean;
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

/**
 * Loads the packed esbuild and waits until it answers.
 *
 * @throws GowaspError when it cannot be loaded; Error when it is another release or ends at once
 */
export async function start(manifest: string, options: StartOptions): Promise<Start> {
  const service = new EsbuildService();
  const begin = performance.now();
  const app: GoApp = await load(manifest, { ...options, ...service.streams, baseUrl: document.baseURI });
  app.exited.then((code) =>
    service.stop(`esbuild has ended with exit code ${code}. Reload the page to start it again.`),
  );
  await service.ready;
  const total = performance.now() - begin;
  return { service, timing: { total, transferred: transferredBytes(manifest, begin), via: app.via } };
}

/** Bytes over the network for a module since then, as the browser says, see Resource Timing, `transferSize`. */
export function transferredBytes(manifest: string, since: number): number {
  const folder = new URL(".", new URL(manifest, document.baseURI)).href;
  const isModule = /\.wasm(\.\w+)*$/;
  return performance
    .getEntriesByType("resource")
    .filter((entry) => entry instanceof PerformanceResourceTiming)
    .filter(({ name, startTime }) => startTime >= since && name.startsWith(folder) && isModule.test(name))
    .reduce((sum, { transferSize }) => sum + transferSize, 0);
}
