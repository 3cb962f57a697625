//! What may be wrong with a brotli file.

/// A file that is no brotli stream of the content, and where it goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Damage {
    /// What is wrong.
    pub(crate) what: &'static str,
    /// Byte of the compressed file.
    pub(crate) offset: usize,
}

pub(super) type Result<T> = std::result::Result<T, Damage>;
