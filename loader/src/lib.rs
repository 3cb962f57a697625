//! Streaming brotli decoder and verifier behind the `gowasp` npm package.
