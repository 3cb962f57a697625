//! Ahead-of-time compression: the three encodings that servers send and browsers take, and the encoder of the smallest.

use crate::error::Result;
#[cfg(feature = "brotli")]
use crate::error::{Error, Stage};
#[cfg(feature = "brotli")]
pub use gowasp_brotli::Counted;
use serde::{Deserialize, Serialize};

/// A content encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// Brotli (RFC 7932); the smallest, and taken by every browser.
    #[serde(rename = "br")]
    Brotli,
    /// gzip (RFC 1952); the one that everything can decode.
    Gzip,
    /// Zstandard (RFC 8878); the fastest to decode of the small ones.
    Zstd,
}

impl Encoding {
    /// Every encoding, the slowest to produce first.
    pub const ALL: [Encoding; 3] = [Encoding::Brotli, Encoding::Zstd, Encoding::Gzip];

    /// The encoding of that [`name`](Encoding::name).
    pub fn from_name(name: &str) -> Option<Encoding> {
        (Encoding::ALL.into_iter()).find(|encoding| encoding.name() == name)
    }

    /// Its name in `Content-Encoding` and in the manifest.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Brotli => "br",
            Encoding::Gzip => "gzip",
            Encoding::Zstd => "zstd",
        }
    }

    /// The file name extension that static servers look for next to the plain file, without its dot.
    pub fn extension(self) -> &'static str {
        match self {
            Encoding::Brotli => "br",
            Encoding::Gzip => "gz",
            Encoding::Zstd => "zst",
        }
    }
}

/// Compresses `bytes` with brotli of `quality`, 0 to 11; calls `progress` with the number of input bytes taken so far.
///
/// # Errors
/// The encoder's own failure, which no input is known to cause.
///
/// ```
/// let packed = gowasp_core::brotli(&[7; 10_000], 11, &|_| ())?;
/// assert!(packed.len() < 100);
/// # Ok::<(), gowasp_core::Error>(())
/// ```
#[cfg(feature = "brotli")]
pub fn brotli(bytes: &[u8], quality: u32, progress: &dyn Fn(u64)) -> Result<Vec<u8>> {
    encode_brotli(bytes, quality, None, progress)
}

/// The size of `bytes` by brotli of `quality`, 0 to 11, with the window of what is served if no other is given.
pub(crate) fn brotli_size(bytes: &[u8], quality: u32, window_bits: Option<i32>) -> Result<u64> {
    #[cfg(feature = "brotli")]
    let packed = encode_brotli(bytes, quality, window_bits, &|_| ());
    #[cfg(not(feature = "brotli"))]
    let packed = elsewhere::encode(bytes, quality, window_bits);
    Ok(packed?.len() as u64)
}

#[cfg(feature = "brotli")]
pub(crate) fn encode_brotli(
    bytes: &[u8],
    quality: u32,
    window_bits: Option<i32>,
    progress: &dyn Fn(u64),
) -> Result<Vec<u8>> {
    gowasp_brotli::encode(bytes, quality, window_bits, progress)
        .map_err(|e| Error::new(Stage::Compress, format!("br: {e}")))
}

/// The encoder of somebody else, for builds without the feature `brotli`: as WebAssembly it is a module of its own,
/// which most runs do not load.
pub mod elsewhere {
    use crate::error::{Error, Result, Stage};
    use std::sync::OnceLock;

    /// Compresses bytes with a quality, 0 to 11, and a window of so many bits, if not its own; an error says why not.
    pub type Encoder = fn(&[u8], u32, Option<i32>) -> std::result::Result<Vec<u8>, String>;

    static ENCODER: OnceLock<Encoder> = OnceLock::new();

    /// From now on, brotli is encoded by this function.
    pub fn use_encoder(encoder: Encoder) {
        // The first one stays; there is only one.
        let _ = ENCODER.set(encoder);
    }

    #[cfg_attr(
        feature = "brotli",
        allow(dead_code, reason = "the library has its own")
    )]
    pub(super) fn encode(bytes: &[u8], quality: u32, window_bits: Option<i32>) -> Result<Vec<u8>> {
        let none = || Err("there is no encoder".to_owned());
        let packed =
            (ENCODER.get()).map_or_else(none, |encode| encode(bytes, quality, window_bits));
        packed.map_err(|message| Error::new(Stage::Compress, format!("br: {message}")))
    }
}
