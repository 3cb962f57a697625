/** The optimizer of gowasp as a library, in browsers and Node: see {@link optimize}. */
export { type BrotliOptions, brotli } from "./brotli.js";
export { type Checked, type CheckOptions, check, type Limit, type SizeRange, type Verdict } from "./check.js";
export { OptimizerError, type OptimizerStage } from "./errors.js";
export { inspect } from "./inspect.js";
export { type Encoded, type Optimized, type OptimizeHooks, optimize, type PackedFile } from "./optimize.js";
export type { OptimizeOptions } from "./options.js";
export type * from "./report.js";
