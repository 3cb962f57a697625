/** Answers requests by a Go program, in workers of Cloudflare and elsewhere: see {@link goHandler}. */
export type { ExecutionContext } from "./exchange.js";
export { type GoHandler, goHandler } from "./handler.js";
export type { GoHandlerOptions } from "./options.js";
