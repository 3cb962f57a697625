//! The encoders of the native program: brotli of the library, and for gzip and zstd the best that C has.

use crate::host::Job;
use anyhow::{Context, Result};
use gowasp_core::{Counted, Encoding, brotli};
use std::io::{self, Write};

/// The encodings, slowest first, and who makes them.
pub(super) const ALL: [(Encoding, &str); 3] = [
    (Encoding::Brotli, "rust-brotli"),
    (Encoding::Zstd, "libzstd"),
    (Encoding::Gzip, "libdeflate"),
];

/// libdeflate's highest level.
const GZIP_LEVEL: i32 = 12;

/// The highest level of zstd that is not "ultra", which would ask for more memory of whoever decodes.
pub(super) const ZSTD_LEVEL: i32 = 19;

/// 2 to this power bytes is the window of zstd: the 8 MiB that RFC 9659 allows in HTTP.
const ZSTD_WINDOW_BITS: u32 = 23;

/// Compresses `bytes`; calls `progress` with the number of input bytes taken so far.
pub(super) fn encode(bytes: &[u8], job: Job, progress: &dyn Fn(u64)) -> Result<Vec<u8>> {
    let packed = match job.encoding {
        Encoding::Brotli => return Ok(brotli(bytes, job.brotli, progress)?),
        Encoding::Gzip => gzip(bytes),
        Encoding::Zstd => zstd(Counted::new(bytes, progress), bytes.len(), ZSTD_LEVEL),
    };
    progress(bytes.len() as u64);
    packed.with_context(|| job.encoding.name())
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let level = libdeflater::CompressionLvl::new(GZIP_LEVEL)
        .map_err(|_| io::Error::other("libdeflate has no such level"))?;
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

    fn job(encoding: Encoding) -> Job {
        Job {
            encoding,
            brotli: 5,
            fast: false,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn every_encoding_gives_the_input_back(bytes in proptest::collection::vec(any::<u8>(), 0..5000)) {
            for (encoding, _) in ALL {
                let packed = encode(&bytes, job(encoding), &|_| ()).expect("compresses");
                prop_assert_eq!(&decompress(&packed, encoding, bytes.len()), &bytes);
            }
        }
    }

    #[test]
    fn progress_only_grows_and_ends_at_the_input_size() {
        let bytes = vec![1; 300_000];
        for (encoding, _) in ALL {
            let last = Cell::new(0);
            let watch = |taken: u64| {
                assert!(taken >= last.get());
                last.set(taken);
            };
            encode(&bytes, job(encoding), &watch).expect("compresses");
            assert_eq!(last.get(), 300_000, "{encoding:?}");
        }
    }

    #[test]
    fn the_zstd_window_fits_what_http_allows() {
        let noise: Vec<u8> = (0..20_000_000u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect();
        let packed = zstd(Counted::new(&noise, &|_| ()), noise.len(), 1).expect("compresses");
        // RFC 8878, 3.1.1.1: magic 4, frame header descriptor 1, then the window descriptor: exponent in its high 5
        // bits.
        let (descriptor, window) = (packed[4], packed[5]);
        assert_eq!(descriptor & 0x20, 0, "not a single segment");
        assert!(10 + (window >> 3) <= 23);
    }
}
