import type { GowaspOptions } from "./options.js";
import { plugin } from "./plugin.js";

export type { Goos, GowaspOptions } from "./options.js";

/** The plugin for Rollup and Rolldown: `plugins: [gowasp()]`. */
export default function gowasp(options: GowaspOptions = {}): { name: string } {
  return plugin.rollup(options) as { name: string };
}
