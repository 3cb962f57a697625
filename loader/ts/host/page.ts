import { hasNodeModules } from "./node.js";

/**
 * Whether the script runs in a page. jsdom and happy-dom have a document as well, inside of Node; a real page is
 * recognized by its workers, which no imitation has.
 */
export const isPage: boolean = "document" in globalThis && (!hasNodeModules || typeof globalThis.Worker === "function");
