//! Streaming brotli decoder and verifier behind the `gowasp` npm package.
//!
//! Browsers decode `Content-Encoding: br` themselves; this crate is for the hosts that cannot negotiate it. The
//! loader downloads it only then, feeds it the encoded file chunk by chunk as it arrives and gives what comes out to
//! the engine's streaming compiler.
//!
//! [`Decoder`] and [`Sha256`] are ordinary Rust and tested as such; [`bindings`] is the thin layer JavaScript sees.

pub mod bindings;
mod decoder;
mod error;
mod sha256;

pub use decoder::Decoder;
pub use error::{DecodeError, ErrorKind};
pub use sha256::Sha256;
