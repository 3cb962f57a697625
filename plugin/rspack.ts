import type { GowaspOptions } from "./options.js";
import { plugin } from "./plugin.js";

export type { Goos, GowaspOptions } from "./options.js";

/** The plugin for Rspack: `plugins: [gowasp()]`. */
// biome-ignore lint/suspicious/noExplicitAny: Rspack's own type, of which this package has no copy
export default function gowasp(options: GowaspOptions = {}): { apply(compiler: any): void } {
  return plugin.rspack(options) as ReturnType<typeof gowasp>;
}
