//! Inline trees: which functions were inlined where.

use super::layout::InlineLayout;
use crate::bytes::Bytes;

/// The inline tree of a function.
///
/// How many records it has is stored nowhere: [`Function::inlined_calls`](super::Function::inlined_calls) takes the
/// largest index that the function's table of inline indices holds.
#[derive(Debug, Clone, Copy)]
pub struct InlineTree<'a> {
    records: Bytes<'a>,
    layout: &'static InlineLayout,
}

/// A record of an inline tree: one call that was replaced by the body of its callee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct InlinedCall {
    /// Address of the record.
    pub address: u64,
    /// `FuncID` of the callee.
    pub func_id: u8,
    /// Offset of the callee's name in funcnametab.
    pub name: u32,
    /// PC_B whose position is that of the call.
    pub parent_pc: u32,
    /// Line of the callee's `func` keyword; `None` where the release does not store it.
    pub start_line: Option<i32>,
}

/// A level of the call stack at one PC, as a traceback prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Frame<'a> {
    /// Name of the function.
    pub function: &'a str,
    /// Path of the source file; `None` if the tables do not say.
    pub file: Option<&'a str>,
    /// Line, from 1 on; `None` if the tables do not say.
    pub line: Option<u32>,
    /// Line of its `func` keyword; `None` if the tables do not say.
    pub start_line: Option<u32>,
    /// `FuncID` of the function.
    pub func_id: u8,
    /// Whether the function was inlined into the next frame's.
    pub inlined: bool,
}

impl<'a> InlineTree<'a> {
    pub(super) fn new(records: Bytes<'a>, layout: &'static InlineLayout) -> Self {
        InlineTree { records, layout }
    }

    /// Record `index`; `None` if it would end outside memory.
    pub fn call(&self, index: u32) -> Option<InlinedCall> {
        let layout = self.layout;
        let offset = u64::from(index).checked_mul(layout.size)?;
        let address = self.records.range().start.checked_add(offset)?;
        let at = |offset: u64| address.checked_add(offset);
        Some(InlinedCall {
            address,
            func_id: self.records.u8(at(layout.func_id)?)?,
            name: self.records.u32(at(layout.name)?)?,
            parent_pc: self.records.u32(at(layout.parent_pc)?)?,
            start_line: match layout.start_line {
                Some(offset) => Some(self.records.i32(at(offset)?)?),
                None => None,
            },
        })
    }
}
