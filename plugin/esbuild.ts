import type { GowaspOptions } from "./options.js";
import { plugin } from "./plugin.js";

export type { Goos, GowaspOptions } from "./options.js";

/** The plugin for esbuild: `plugins: [gowasp()]`. */
// biome-ignore lint/suspicious/noExplicitAny: esbuild's own type, of which this package has no copy
export default function gowasp(options: GowaspOptions = {}): { name: string; setup(build: any): Promise<void> } {
  return plugin.esbuild(options) as ReturnType<typeof gowasp>;
}
