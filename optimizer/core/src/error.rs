//! The library's one error type: which stage failed, where, why, and what to do about it.

use std::fmt;

/// The step of the pipeline that an [`Error`] comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Checking that the bytes are a WebAssembly module and reading its sections.
    Read,
    /// Reading Go's own tables out of the module.
    GoModel,
    /// A pass, by its name.
    Pass(&'static str),
    /// Writing the module back to bytes.
    Emit,
    /// Validating what was written.
    Validate,
    /// Checking what was written against the rules of optimized code.
    Check,
    /// Doing in the module what its host does not do.
    Host,
    /// Making a component.
    Component,
    /// Running the initialization, and writing what it left.
    Snapshot,
    /// Compressing the result.
    Compress,
    /// Reading or writing the manifest, the side-car or the report.
    Artifact,
}

impl Stage {
    /// A stable name for programs; all passes have the same.
    pub fn id(self) -> &'static str {
        match self {
            Stage::Read => "read",
            Stage::GoModel => "go-model",
            Stage::Pass(_) => "pass",
            Stage::Emit => "write",
            Stage::Validate => "validate",
            Stage::Check => "check",
            Stage::Host => "host",
            Stage::Component => "component",
            Stage::Snapshot => "snapshot",
            Stage::Compress => "compress",
            Stage::Artifact => "artifact",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stage::Read => f.write_str("reading the module"),
            Stage::GoModel => f.write_str("reading Go's tables"),
            Stage::Pass(name) => write!(f, "pass {name}"),
            Stage::Emit => f.write_str("writing the module"),
            Stage::Validate => f.write_str("validating the output"),
            Stage::Check => f.write_str("checking the output"),
            Stage::Host => f.write_str("adapting the module to its host"),
            Stage::Component => f.write_str("making the component"),
            Stage::Snapshot => f.write_str("making the snapshot"),
            Stage::Compress => f.write_str("compressing"),
            Stage::Artifact => f.write_str("manifest"),
        }
    }
}

/// Why a call into this library failed.
///
/// `Display` gives one line, `stage: message (at offset 0x..)`; [`Error::hint`] says what to do about it.
#[derive(Debug, Clone)]
pub struct Error {
    stage: Stage,
    offset: Option<u64>,
    message: String,
    hint: Option<String>,
}

impl Error {
    pub(crate) fn new(stage: Stage, message: impl Into<String>) -> Self {
        Error {
            stage,
            offset: None,
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn at(mut self, offset: u64) -> Self {
        self.offset = Some(offset);
        self
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The error of wasmparser, with its offset, as met in `stage`.
    pub(crate) fn from_parser(stage: Stage, error: &wasmparser::BinaryReaderError) -> Self {
        Error::new(stage, error.message()).at(error.offset() as u64)
    }

    /// The step that failed.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// Offset in the input in bytes, where there is one to name.
    pub fn offset(&self) -> Option<u64> {
        self.offset
    }

    /// What went wrong, without stage and offset.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What the user can do about it.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.stage, self.message)?;
        if let Some(offset) = self.offset {
            write!(f, " (at offset {offset:#x})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// `Result` with this library's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;
