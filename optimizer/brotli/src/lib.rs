//! Brotli's encoder with the settings of gowasp.
//!
//! A crate of its own for the encoder's WebAssembly module, which runs in threads and needs nothing else of the optimizer.

use brotli::enc::BrotliEncoderParams;
use std::io::{self, Read};

/// 2 to this power bytes is the window of what is served: brotli's maximum without the large-window extension, which
/// browsers do not take.
const WINDOW_BITS: i32 = 24;

/// Compresses `bytes` with brotli of `quality`, 0 to 11, and a window of 2 to the power of `window_bits` bytes, 10 to 24, which
/// is also what is taken for none. Calls `progress` with the number of input bytes taken so far.
///
/// # Errors
/// The encoder's own failure, which no input is known to cause.
///
/// ```
/// let packed = gowasp_brotli::encode(&[7; 10_000], 11, None, &|_| ())?;
/// assert!(packed.len() < 100);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn encode(
    bytes: &[u8],
    quality: u32,
    window_bits: Option<i32>,
    progress: &dyn Fn(u64),
) -> io::Result<Vec<u8>> {
    let params = params(quality, bytes.len(), window_bits);
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut Counted::new(bytes, progress), &mut packed, &params)?;
    Ok(packed)
}

/// The settings for `len` bytes; quality and window as in [`encode`].
pub fn params(quality: u32, len: usize, window_bits: Option<i32>) -> BrotliEncoderParams {
    BrotliEncoderParams {
        quality: quality.min(11) as i32,
        lgwin: window_bits.unwrap_or(WINDOW_BITS),
        size_hint: len,
        ..Default::default()
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn progress_ends_with_all_of_the_input() {
        let seen = RefCell::new(Vec::new());
        let bytes = [7; 100_000];
        encode(&bytes, 1, None, &|taken| seen.borrow_mut().push(taken)).expect("compresses");
        let seen = seen.into_inner();
        assert!(seen.is_sorted());
        assert_eq!(seen.last(), Some(&100_000));
    }
}
