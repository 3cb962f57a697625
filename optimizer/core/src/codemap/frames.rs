//! What a traceback prints for an origin.

use super::{CodeMap, OriginId};
use crate::error::Result;
use crate::go::Program;

/// A level of the call stack at an origin.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MappedFrame<'p> {
    /// Name of the function.
    pub function: &'p str,
    /// Path of the source file; `None` if the tables do not say.
    pub file: Option<&'p str>,
    /// Line, from 1 on; `None` if the tables do not say.
    pub line: Option<u32>,
    /// `FuncID` of the function.
    pub func_id: u8,
    /// Who inlined the function into the next frame's; `None` if nobody did.
    pub inlined: Option<InlinedBy>,
}

/// Who put the body of a function in the place of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InlinedBy {
    /// Go's compiler.
    Compiler,
    /// This optimizer.
    Optimizer,
}

impl CodeMap {
    /// The frames at an origin: the innermost inlined call first. `program` is that of the input. Empty for a function
    /// that is not in Go's tables.
    ///
    /// # Errors
    /// A malformed table, and an inline tree whose records do not lead to the function.
    pub fn frames<'p>(&self, id: OriginId, program: &'p Program) -> Result<Vec<MappedFrame<'p>>> {
        let mut frames: Vec<MappedFrame<'p>> = Vec::new();
        for origin in self.outwards(id) {
            let function = origin.pc.and_then(|pc| program.by_pc_f(pc.f));
            if let (Some(function), Some(pc)) = (function, origin.pc) {
                frames.extend(
                    function
                        .frames_at(pc.b)?
                        .into_iter()
                        .map(|frame| MappedFrame {
                            function: frame.function,
                            file: frame.file,
                            line: frame.line,
                            func_id: frame.func_id,
                            inlined: frame.inlined.then_some(InlinedBy::Compiler),
                        }),
                );
            }
            if let (Some(last), Some(_)) = (frames.last_mut(), origin.inlined_at) {
                last.inlined = Some(InlinedBy::Optimizer);
            }
        }
        Ok(frames)
    }
}
