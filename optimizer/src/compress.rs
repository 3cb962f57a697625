//! Ahead-of-time compression: the three encodings that servers send and browsers take.

use crate::error::{Error, Result, Stage};
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};

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

    /// Its name in `Content-Encoding` and in the manifest.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Brotli => "br",
            Encoding::Gzip => "gzip",
            Encoding::Zstd => "zstd",
        }
    }

    /// The file name extension that static servers look for beside the plain file, without its dot.
    pub fn extension(self) -> &'static str {
        match self {
            Encoding::Brotli => "br",
            Encoding::Gzip => "gz",
            Encoding::Zstd => "zst",
        }
    }
}

/// How hard to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Brotli quality, 0 to 11.
    pub brotli: u32,
    /// libdeflate's gzip level, 1 to 12.
    pub gzip: i32,
    /// zstd level, 1 to 19.
    pub zstd: i32,
}

impl Default for Effort {
    /// The smallest files.
    fn default() -> Self {
        Effort {
            brotli: 11,
            gzip: 12,
            zstd: 19,
        }
    }
}

/// 2 to this power bytes is the window of brotli: its maximum without the large-window extension, which
/// browsers do not take.
const BROTLI_WINDOW_BITS: i32 = 24;

/// 2 to this power bytes is the window of zstd: the 8 MiB that RFC 9659 allows in HTTP.
const ZSTD_WINDOW_BITS: u32 = 23;

/// Compresses `bytes`; calls `progress` with the number of input bytes taken so far.
///
/// # Errors
/// The encoder's own failure, which no input is known to cause.
///
/// ```
/// use gowasp::{Effort, Encoding, compress};
/// let packed = compress(&[7; 10_000], Encoding::Brotli, Effort::default(), &|_| ())?;
/// assert!(packed.len() < 100);
/// # Ok::<(), gowasp::Error>(())
/// ```
pub fn compress(
    bytes: &[u8],
    encoding: Encoding,
    effort: Effort,
    progress: &dyn Fn(u64),
) -> Result<Vec<u8>> {
    let source = Counted {
        bytes,
        taken: 0,
        progress,
    };
    let packed = match encoding {
        Encoding::Brotli => brotli(source, bytes.len(), effort.brotli),
        Encoding::Gzip => gzip(bytes, effort.gzip),
        Encoding::Zstd => zstd(source, bytes.len(), effort.zstd),
    };
    progress(bytes.len() as u64);
    packed.map_err(|e| Error::new(Stage::Compress, format!("{}: {e}", encoding.name())))
}

fn brotli(mut source: Counted<'_>, len: usize, quality: u32) -> io::Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: quality.min(11) as i32,
        lgwin: BROTLI_WINDOW_BITS,
        size_hint: len,
        ..Default::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut source, &mut packed, &params)?;
    Ok(packed)
}

fn gzip(bytes: &[u8], level: i32) -> io::Result<Vec<u8>> {
    let level = libdeflater::CompressionLvl::new(level).map_err(|_| {
        io::Error::other(format!("there is no level {level}; libdeflate has 1 to 12"))
    })?;
    let mut encoder = libdeflater::Compressor::new(level);
    let mut packed = vec![0; encoder.gzip_compress_bound(bytes.len())];
    let len = encoder
        .gzip_compress(bytes, &mut packed)
        .map_err(io::Error::other)?;
    packed.truncate(len);
    Ok(packed)
}

fn zstd(mut source: Counted<'_>, len: usize, level: i32) -> io::Result<Vec<u8>> {
    let mut encoder = zstd::Encoder::new(Vec::new(), level)?;
    encoder.set_pledged_src_size(Some(len as u64))?;
    encoder.window_log(ZSTD_WINDOW_BITS)?;
    encoder.include_checksum(false)?;
    io::copy(&mut source, &mut encoder)?;
    let mut packed = encoder.finish()?;
    packed.flush()?;
    Ok(packed)
}

/// Hands out the input and tells how much of it is gone.
struct Counted<'a> {
    bytes: &'a [u8],
    taken: u64,
    progress: &'a dyn Fn(u64),
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.bytes.read(buffer)?;
        self.taken += n as u64;
        (self.progress)(self.taken);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cell::Cell;

    fn decompress(packed: &[u8], encoding: Encoding, len: usize) -> Vec<u8> {
        let mut out = Vec::new();
        match encoding {
            Encoding::Brotli => {
                brotli::BrotliDecompress(&mut &packed[..], &mut out).expect("brotli");
            }
            Encoding::Gzip => {
                out = vec![0; len];
                libdeflater::Decompressor::new()
                    .gzip_decompress(packed, &mut out)
                    .expect("gzip");
            }
            Encoding::Zstd => out = zstd::decode_all(packed).expect("zstd"),
        }
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn every_encoding_gives_the_input_back(bytes in proptest::collection::vec(any::<u8>(), 0..5000)) {
            for encoding in Encoding::ALL {
                let packed = compress(&bytes, encoding, Effort::default(), &|_| ()).expect("compresses");
                prop_assert_eq!(&decompress(&packed, encoding, bytes.len()), &bytes);
            }
        }
    }

    #[test]
    fn progress_only_grows_and_ends_at_the_input_size() {
        let bytes = vec![1; 300_000];
        for encoding in Encoding::ALL {
            let last = Cell::new(0);
            let watch = |taken: u64| {
                assert!(taken >= last.get());
                last.set(taken);
            };
            compress(
                &bytes,
                encoding,
                Effort {
                    brotli: 5,
                    ..Effort::default()
                },
                &watch,
            )
            .expect("compresses");
            assert_eq!(last.get(), 300_000, "{encoding:?}");
        }
    }

    #[test]
    fn the_zstd_window_fits_what_http_allows() {
        let noise: Vec<u8> = (0..20_000_000u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect();
        let packed = compress(
            &noise,
            Encoding::Zstd,
            Effort {
                zstd: 1,
                ..Effort::default()
            },
            &|_| (),
        )
        .expect("compresses");
        // RFC 8878, 3.1.1.1: magic 4, frame header descriptor 1, then the window descriptor: exponent in its high 5 bits.
        let (descriptor, window) = (packed[4], packed[5]);
        assert_eq!(descriptor & 0x20, 0, "not a single segment");
        assert!(10 + (window >> 3) <= 23);
    }
}
