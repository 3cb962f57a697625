//! Profiles that are translated as a whole: those of Go programs and of Firefox, compressed by gzip or not.

use super::{Symbolicator, firefox, pprof};
use std::io::{Read, Write};

/// Profiles of more bytes, decompressed, stay as they are.
pub const LARGEST_PROFILE: usize = 256 << 20;

/// Bytes at the beginning of a file by which [`may_be_profile`] knows any profile.
pub const PROFILE_START: usize = 16;

/// What a file of gzip begins with (RFC 1952), with the only method there is.
pub(super) const GZIP: [u8; 3] = [0x1f, 0x8b, 8];

/// Whether bytes, of which [`PROFILE_START`] are enough, begin as such a profile does, or are compressed.
#[must_use]
pub fn may_be_profile(start: &[u8]) -> bool {
    start.starts_with(&GZIP) || pprof::may_be_profile(start) || firefox::may_be_profile(start)
}

impl Symbolicator<'_> {
    /// The translation of a whole profile, compressed if it was; `None` if it is none, or if nothing in it can be translated.
    pub fn profile(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        if !bytes.starts_with(&GZIP) {
            return self.of_content(bytes);
        }
        let mut content = Vec::new();
        let decoder = flate2::read::MultiGzDecoder::new(bytes);
        let read = decoder
            .take(LARGEST_PROFILE as u64 + 1)
            .read_to_end(&mut content);
        if read.ok()? > LARGEST_PROFILE {
            return None;
        }
        let translated = self.of_content(&content)?;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&translated).ok()?;
        encoder.finish().ok()
    }

    fn of_content(&mut self, content: &[u8]) -> Option<Vec<u8>> {
        if firefox::may_be_profile(content) {
            return self.firefox(content);
        }
        pprof::may_be_profile(content).then(|| self.pprof(content))?
    }
}
