//! Brotli, decoded in bounded steps up to a size that is known beforehand.

use brotli_decompressor::{
    BrotliDecompressStreamWithDictionary, BrotliResult, BrotliState, StandardAlloc,
};

use crate::{DecodeError, ErrorKind};

/// The largest window a stream may ask for (RFC 7932 section 9.1): 16 MiB. Streams of the "large window" extension
/// are refused, as browsers refuse them.
const MAX_WINDOW: u64 = 1 << 24;

/// Decodes one brotli stream of known decoded size.
///
/// Memory is bounded by the stream's window, at most 16 MiB, and the dictionary, if there is one, whatever the input
/// claims; output is bounded by the expected size. Feed [`decode`](Self::decode) until the input is used up, then ask [`finish`](Self::finish).
pub struct Decoder {
    state: Box<BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>>,
    dictionary: Vec<u8>,
    expected: u64,
    consumed: u64,
    produced: u64,
    ended: bool,
    failed: Option<ErrorKind>,
}

impl Decoder {
    /// A decoder for a stream that should decode to `expected` bytes.
    #[must_use]
    pub fn new(expected: u64) -> Self {
        Self::with_dictionary(expected, Vec::new())
    }

    /// The same for a stream that was made with these bytes as dictionary: what its distances reach beyond its own
    /// beginning (RFC 9841, section 3.1). One of more than 128 MiB (2 GiB on 64 bits) makes every stream corrupt.
    #[must_use]
    pub fn with_dictionary(expected: u64, dictionary: Vec<u8>) -> Self {
        let alloc = StandardAlloc::default;
        let mut state = Box::new(BrotliState::new_strict(alloc(), alloc(), alloc()));
        // At once as large as it can become: growing would leave the smaller ones behind in wasm's memory.
        let ring = u32::try_from(expected.min(MAX_WINDOW)).unwrap_or(u32::MAX);
        state.set_initial_ring_buffer_size(ring);
        let is_refused =
            !dictionary.is_empty() && !state.attach_external_dictionary(dictionary.len());
        Self {
            state,
            dictionary,
            expected,
            consumed: 0,
            produced: 0,
            ended: false,
            failed: is_refused.then_some(ErrorKind::Corrupt),
        }
    }

    /// Decodes from the front of `input`, which moves past the bytes that were used, into the front of `output`.
    /// Returns how many bytes were written; 0 means that all input is used and more is needed, or that the stream
    /// has ended. `output` must not be empty.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Corrupt`], [`ErrorKind::TooLarge`] or [`ErrorKind::Trailing`]; every later call returns the same.
    pub fn decode(&mut self, input: &mut &[u8], output: &mut [u8]) -> Result<usize, DecodeError> {
        if let Some(kind) = self.failed {
            return Err(self.error(kind));
        }
        if self.ended {
            return if input.is_empty() {
                Ok(0)
            } else {
                Err(self.fail(ErrorKind::Trailing))
            };
        }
        // One byte more than may come, so that a stream that holds more is noticed at once.
        let room = (self.expected - self.produced).saturating_add(1);
        let limit = output
            .len()
            .min(usize::try_from(room).unwrap_or(usize::MAX));
        let (written, result) = self.step(input, &mut output[..limit]);
        match result {
            BrotliResult::ResultFailure => return Err(self.fail(ErrorKind::Corrupt)),
            BrotliResult::ResultSuccess => self.ended = true,
            BrotliResult::NeedsMoreInput | BrotliResult::NeedsMoreOutput => {}
        }
        if written as u64 >= room {
            return Err(self.fail(ErrorKind::TooLarge));
        }
        self.produced += written as u64;
        if self.ended && !input.is_empty() {
            return Err(self.fail(ErrorKind::Trailing));
        }
        Ok(written)
    }

    /// To be called after the last input: did the stream end, and with the expected size?
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Truncated`] or [`ErrorKind::TooSmall`], or the error that `decode` returned.
    pub fn finish(&self) -> Result<(), DecodeError> {
        if let Some(kind) = self.failed {
            Err(self.error(kind))
        } else if !self.ended {
            Err(self.error(ErrorKind::Truncated))
        } else if self.produced < self.expected {
            Err(self.error(ErrorKind::TooSmall))
        } else {
            Ok(())
        }
    }

    fn step(&mut self, input: &mut &[u8], output: &mut [u8]) -> (usize, BrotliResult) {
        let (mut available_in, mut used) = (input.len(), 0);
        let (mut available_out, mut written, mut total) = (output.len(), 0, 0);
        let result = BrotliDecompressStreamWithDictionary(
            &mut available_in,
            &mut used,
            input,
            &mut available_out,
            &mut written,
            output,
            &mut total,
            &self.dictionary,
            &mut self.state,
        );
        self.consumed += used as u64;
        *input = &input[used..];
        (written, result)
    }

    fn fail(&mut self, kind: ErrorKind) -> DecodeError {
        self.failed = Some(kind);
        self.error(kind)
    }

    fn error(&self, kind: ErrorKind) -> DecodeError {
        DecodeError {
            kind,
            offset: self.consumed,
            produced: self.produced,
            expected: self.expected,
        }
    }
}

#[cfg(test)]
#[path = "decoder_tests.rs"]
mod tests;
