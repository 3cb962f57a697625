import { hasNodeModules } from "./node.js";

/**
 * Whether the script runs in a page. jsdom and happy-dom have a document, too, in the midst of Node; a real page is told by
 * its workers, which no imitation has.
 */
export const isPage: boolean = "document" in globalThis && (!hasNodeModules || typeof globalThis.Worker === "function");
