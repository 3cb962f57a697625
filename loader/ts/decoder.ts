// The part `decoder`: brotli and SHA-256, by the package's own WebAssembly.

export { DecodeFailure, default, StreamDecoder, StreamHash } from "./bindings.js";
export const part = "decoder";
