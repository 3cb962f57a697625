//! What JavaScript sees: the same decoder, with its input copied in and its output copied out.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::{DecodeError, Decoder, Sha256};

/// Bytes per piece that [`StreamDecoder::pull`] returns at most. Large enough that the calls cost nothing, small
/// enough to stay in the processor's cache on the way to the compiler.
const PIECE: usize = 256 * 1024;

/// A brotli stream: `push` an encoded chunk, `pull` until nothing comes, and so on; then `finish`.
#[wasm_bindgen]
pub struct StreamDecoder {
    decoder: Decoder,
    input: Vec<u8>,
    used: usize,
    output: Vec<u8>,
}

#[wasm_bindgen]
impl StreamDecoder {
    /// A decoder for a stream that should decode to `expected` bytes, an integer below 2^53, and that was made with these
    /// bytes as dictionary, if any.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(expected: f64, dictionary: Option<Vec<u8>>) -> Self {
        Self {
            // Saturates: anything below 0 becomes 0, and then any output is too much.
            decoder: Decoder::with_dictionary(expected as u64, dictionary.unwrap_or_default()),
            input: Vec::new(),
            used: 0,
            output: vec![0; PIECE],
        }
    }

    /// Hands over the next encoded chunk. The one before must have been pulled to its end, or it is lost.
    pub fn push(&mut self, chunk: Vec<u8>) {
        self.input = chunk;
        self.used = 0;
    }

    /// The next decoded bytes, at most 256 KiB; empty when the pushed chunk is used up.
    ///
    /// # Errors
    ///
    /// See [`Decoder::decode`].
    pub fn pull(&mut self) -> Result<Vec<u8>, DecodeFailure> {
        let mut rest = self.input.get(self.used..).unwrap_or_default();
        let before = rest.len();
        let written = self.decoder.decode(&mut rest, &mut self.output)?;
        self.used += before - rest.len();
        Ok(self.output[..written].to_vec())
    }

    /// To be called after the last chunk: did the stream end, and with the expected size?
    ///
    /// # Errors
    ///
    /// See [`Decoder::finish`].
    pub fn finish(&self) -> Result<(), DecodeFailure> {
        Ok(self.decoder.finish()?)
    }
}

/// Incremental SHA-256, for pages where the browser has none.
#[wasm_bindgen]
#[derive(Default)]
pub struct StreamHash(Sha256);

#[wasm_bindgen]
impl StreamHash {
    /// A hash of no bytes yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest so far, as 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> String {
        self.0.hex()
    }
}

/// A [`DecodeError`] as JavaScript catches it.
#[wasm_bindgen]
#[derive(Debug)]
pub struct DecodeFailure(DecodeError);

#[wasm_bindgen]
impl DecodeFailure {
    /// The stable code of [`crate::ErrorKind`].
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn code(&self) -> String {
        self.0.kind.code().to_owned()
    }

    /// What is wrong, and where.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn message(&self) -> String {
        self.0.to_string()
    }
}

impl From<DecodeError> for DecodeFailure {
    fn from(error: DecodeError) -> Self {
        Self(error)
    }
}
