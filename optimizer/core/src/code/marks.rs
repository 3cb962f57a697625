//! Where the instructions of a body that was written come from.

use super::origin::At;

/// From this instruction on, up to the next mark, code comes from there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    /// Where the instruction begins in the body.
    pub(crate) byte: u32,
    pub(crate) at: At,
    /// It calls, can trap or is the first of a resumed segment; what follows it up to the next mark need not come from
    /// there.
    pub(crate) exact: bool,
}

/// A body in its final form.
#[derive(Debug, Clone, Default)]
pub(crate) struct Written<'b> {
    pub(crate) bytes: std::borrow::Cow<'b, [u8]>,
    /// In order, if they were asked for.
    pub(crate) marks: Vec<Mark>,
    /// The marks are in the terms of this list.
    pub(crate) inlined: Option<&'b super::origin::Inlined>,
}
