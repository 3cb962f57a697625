//! What can be wrong with a compressed file.

use std::fmt;

/// Why decoding stopped: the kind for programs, and where in the encoded file it was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeError {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Bytes of the encoded file that had been read, so the fault lies at or shortly before this offset.
    pub offset: u64,
    /// Bytes that had been decoded and handed out.
    pub produced: u64,
    /// Bytes that the whole file should decode to.
    pub expected: u64,
}

/// The kinds of damage, each with a code that stays the same between releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Not a brotli stream (RFC 7932), or a damaged one.
    Corrupt,
    /// The file ended before the stream did.
    Truncated,
    /// The stream holds more than the expected size; nothing beyond it was decoded.
    TooLarge,
    /// The stream ended well, but before the expected size.
    TooSmall,
    /// There are bytes after the end of the stream.
    Trailing,
}

impl ErrorKind {
    /// The stable code, in the words that the loader's own errors use where they have one.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Corrupt => "corrupt",
            Self::Truncated => "truncated",
            Self::TooLarge => "too-large",
            Self::TooSmall => "too-small",
            Self::Trailing => "trailing",
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            kind,
            offset,
            produced,
            expected,
        } = self;
        match kind {
            ErrorKind::Corrupt => {
                write!(
                    f,
                    "not a brotli stream, or a damaged one, near byte {offset}"
                )
            }
            ErrorKind::Truncated => write!(
                f,
                "the compressed file ends after {offset} bytes, {produced} of {expected} bytes decoded"
            ),
            ErrorKind::TooLarge => write!(
                f,
                "the compressed file holds more than the {expected} bytes it should"
            ),
            ErrorKind::TooSmall => write!(
                f,
                "the compressed file holds {produced} bytes where it should hold {expected}"
            ),
            ErrorKind::Trailing => write!(
                f,
                "the compressed file goes on after the end of its stream, at byte {offset}"
            ),
        }
    }
}

impl std::error::Error for DecodeError {}
