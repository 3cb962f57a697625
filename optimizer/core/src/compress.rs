//! Ahead-of-time compression: the three encodings that servers send and browsers take, and the encoder of the smallest.

use crate::error::Result;
#[cfg(feature = "brotli")]
use crate::error::{Error, Stage};
use serde::{Deserialize, Serialize};
use std::io::{self, Read};

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

/// 2 to this power bytes is the window of brotli: its maximum without the large-window extension, which
/// browsers do not take.
const BROTLI_WINDOW_BITS: i32 = 24;

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
    let packed = encode_brotli(bytes, quality, BROTLI_WINDOW_BITS, progress);
    progress(bytes.len() as u64);
    packed
}

/// The size of `bytes` by brotli of `quality`, 0 to 11.
pub(crate) fn brotli_size(bytes: &[u8], quality: u32, window_bits: Option<i32>) -> Result<u64> {
    let window_bits = window_bits.unwrap_or(BROTLI_WINDOW_BITS);
    #[cfg(feature = "brotli")]
    let packed = encode_brotli(bytes, quality, window_bits, &|_| ());
    #[cfg(not(feature = "brotli"))]
    let packed = elsewhere::encode(bytes, quality, window_bits);
    Ok(packed?.len() as u64)
}

/// Compresses with the crate's encoder. `window_bits` is the window's size, 10 to 24.
///
/// # Errors
/// As [`brotli()`].
#[cfg(feature = "brotli")]
pub fn encode_brotli(
    bytes: &[u8],
    quality: u32,
    window_bits: i32,
    progress: &dyn Fn(u64),
) -> Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: quality.min(11) as i32,
        lgwin: window_bits,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut Counted::new(bytes, progress), &mut packed, &params)
        .map_err(|e| Error::new(Stage::Compress, format!("br: {e}")))?;
    Ok(packed)
}

/// The encoder of somebody else, for builds without the feature `brotli`: as WebAssembly it is a module of its own,
/// which most runs do not load.
pub mod elsewhere {
    use crate::error::{Error, Result, Stage};
    use std::sync::OnceLock;

    /// Compresses bytes with a quality, 0 to 11, and a window of so many bits; an error says why not.
    pub type Encoder = fn(&[u8], u32, i32) -> std::result::Result<Vec<u8>, String>;

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
    pub(super) fn encode(bytes: &[u8], quality: u32, window_bits: i32) -> Result<Vec<u8>> {
        let none = || Err("there is no encoder".to_owned());
        let packed =
            (ENCODER.get()).map_or_else(none, |encode| encode(bytes, quality, window_bits));
        packed.map_err(|message| Error::new(Stage::Compress, format!("br: {message}")))
    }
}

/// Hands out the input of an encoder and reports how much of it has been read.
pub struct Counted<'a> {
    bytes: &'a [u8],
    taken: u64,
    progress: &'a dyn Fn(u64),
}

impl<'a> Counted<'a> {
    /// Calls `progress` with the number of bytes that were read so far.
    pub fn new(bytes: &'a [u8], progress: &'a dyn Fn(u64)) -> Counted<'a> {
        Counted {
            bytes,
            taken: 0,
            progress,
        }
    }
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.bytes.read(buffer)?;
        self.taken += n as u64;
        (self.progress)(self.taken);
        Ok(n)
    }
}
