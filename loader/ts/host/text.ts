import { builtin } from "./node.js";

/** The host's; jest's jsdom has neither, and Node is behind it. */
export const { TextDecoder, TextEncoder } = "TextDecoder" in globalThis ? globalThis : builtin("util");
