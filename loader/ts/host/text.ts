import { builtin } from "./node.js";

/** The host's. jest's jsdom has neither, but there is Node behind it. */
export const { TextDecoder, TextEncoder } = "TextDecoder" in globalThis ? globalThis : builtin("util");
