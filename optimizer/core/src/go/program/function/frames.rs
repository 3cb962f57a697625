//! What tracebacks read of one function, decoded once: for those that ask for many PCs of it.

use super::Function;
use crate::error::Result;
use crate::go::inline::{Frame, InlinedCall};
use crate::go::layout::pcdata;
use crate::go::pcvalue::{PcRange, PcValues};

/// Files, lines and inlined calls of a function by PC.
#[derive(Debug)]
pub struct FrameTables<'p> {
    function: Function<'p>,
    files: Vec<PcRange>,
    lines: Vec<PcRange>,
    inlined: Vec<PcRange>,
}

impl<'p> FrameTables<'p> {
    /// Decodes the tables of a function.
    ///
    /// # Errors
    /// A malformed table.
    pub fn of(function: Function<'p>) -> Result<FrameTables<'p>> {
        Ok(FrameTables {
            function,
            files: decoded(function.pcfile())?,
            lines: decoded(function.pcln())?,
            inlined: decoded(function.pcdata(pcdata::INL_TREE_INDEX))?,
        })
    }

    /// What a traceback prints for a PC_B: the innermost inlined call first, the function itself last. It is never
    /// empty.
    ///
    /// # Errors
    /// An inline tree whose records do not lead to the function.
    pub fn at(&self, pc_b: u32) -> Result<Vec<Frame<'p>>> {
        let mut frames = Vec::new();
        let mut pc = pc_b;
        let mut limit = u32::MAX;
        loop {
            let file =
                value_at(&self.files, pc).and_then(|number| self.function.file_number(number));
            let line = value_at(&self.lines, pc).and_then(|line| u32::try_from(line).ok());
            let index = value_at(&self.inlined, pc).and_then(|index| u32::try_from(index).ok());
            let Some(index) = index else {
                frames.push(Frame {
                    function: self.function.name(),
                    file,
                    line,
                    start_line: self.function.line(),
                    func_id: self.function.record().func_id,
                    inlined: false,
                });
                return Ok(frames);
            };
            // The compiler adds a call to the tree after the call that it is inside of (cmd/internal/obj/inl.go), so
            // indices fall on the way out. One that does not would lead into a cycle.
            let call = (index < limit)
                .then(|| self.function.inline_tree()?.call(index))
                .flatten();
            let call = call.ok_or_else(|| self.function.broken_tree(index))?;
            let name = self.function.name_of(&call);
            frames.push(Frame {
                function: name.ok_or_else(|| self.function.broken_tree(index))?,
                file,
                line,
                start_line: start_line(&call),
                func_id: call.func_id,
                inlined: true,
            });
            (pc, limit) = (call.parent_pc, index);
        }
    }
}

/// Line of the `func` keyword of what was inlined.
fn start_line(call: &InlinedCall) -> Option<u32> {
    u32::try_from(call.start_line?)
        .ok()
        .filter(|line| *line > 0)
}

/// The runs that hold PCs.
fn decoded(values: Option<PcValues<'_>>) -> Result<Vec<PcRange>> {
    (values.into_iter().flatten())
        .filter(|range| (range.as_ref()).map_or(true, |range| range.start < range.end))
        .collect()
}

fn value_at(ranges: &[PcRange], pc_b: u32) -> Option<i32> {
    let at = ranges.partition_point(|range| range.end <= pc_b);
    Some(ranges.get(at)?.value)
}
