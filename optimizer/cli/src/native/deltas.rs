//! The encoders of deltas: brotli of the library, zstd of C.

use super::encoders::ZSTD_LEVEL;
use anyhow::{Context, Result, bail};
use gowasp_core::delta::{Delta, DeltaFormat, dcb, dcz_window_bits};
use rayon::prelude::*;
use std::io::{self, Read, Write};

/// Compresses `to` with `from` as dictionary, once for each format, side by side.
pub(super) fn encode(
    from: &[u8],
    to: &[u8],
    formats: &[DeltaFormat],
    brotli: u32,
) -> Result<Vec<Delta>> {
    let encode = |format: &DeltaFormat| {
        let bytes = match format {
            DeltaFormat::Dcb => dcb(from, to, brotli)?,
            DeltaFormat::Dcz => dcz(from, to)?,
        };
        Ok(Delta {
            format: *format,
            bytes,
        })
    };
    formats.par_iter().map(encode).collect()
}

/// Dictionary-Compressed Zstandard, decoded again and compared.
fn dcz(from: &[u8], to: &[u8]) -> Result<Vec<u8>> {
    let header = DeltaFormat::Dcz.header(from);
    let packed = zstd(from, to, header.clone()).context("dcz")?;
    let frame = &packed[header.len()..];
    match unzstd(from, frame, to.len()).context("dcz")? == to {
        true => Ok(packed),
        false => bail!("dcz: it does not decode to the module"),
    }
}

fn zstd(from: &[u8], to: &[u8], packed: Vec<u8>) -> io::Result<Vec<u8>> {
    let mut encoder = zstd::Encoder::with_ref_prefix(packed, ZSTD_LEVEL, from)?;
    encoder.set_pledged_src_size(Some(to.len() as u64))?;
    encoder.window_log(dcz_window_bits(from.len(), to.len()))?;
    // Finds what is the same far back, as an earlier version is.
    encoder.long_distance_matching(true)?;
    encoder.include_checksum(false)?;
    encoder.write_all(to)?;
    encoder.finish()
}

fn unzstd(from: &[u8], frame: &[u8], most: usize) -> io::Result<Vec<u8>> {
    let mut decoder = zstd::Decoder::with_ref_prefix(frame, from)?;
    decoder.window_log_max(27)?;
    let mut decoded = Vec::new();
    decoder.take(most as u64 + 1).read_to_end(&mut decoded)?;
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_hold_only_what_changed() {
        let from: Vec<u8> = (0..400_000_u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect();
        let mut to = from.clone();
        to.splice(5000..5010, *b"something else");
        let deltas = encode(&from, &to, &DeltaFormat::ALL, 9).expect("compresses");
        let formats: Vec<_> = deltas.iter().map(|delta| delta.format).collect();
        assert_eq!(formats, DeltaFormat::ALL);
        for Delta { format, bytes } in deltas {
            assert!(bytes.starts_with(&format.header(&from)), "{format:?}");
            assert!(bytes.len() < 1000, "{format:?}: {}", bytes.len());
        }
    }
}
