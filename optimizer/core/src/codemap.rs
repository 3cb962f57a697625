//! The code map: where each instruction of a module comes from in the file that Go wrote.
//!
//! *Offsets* count from the first byte of the content of the code section, which is the count of its functions, as DWARF
//! for WebAssembly counts them ("Considerations specific to WebAssembly", "Code addresses"); [`code_start`] makes a
//! place in the file of one.
//!
//! A [`Run`] holds from its offset to that of the next one. Runs begin at every call, at every instruction that can
//! trap, and wherever the origin changes. An [`Origin`] is in the numbers of the input, which nothing renumbers.

mod frames;
mod identity;
mod output;

pub use frames::{InlinedBy, MappedFrame};

use crate::go::Pc;
use crate::index::FuncIndex;
use crate::input::{Input, code_section};

/// Where each instruction of a module comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeMap {
    runs: Vec<Run>,
    origins: Vec<Origin>,
}

/// Instructions with one origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Run {
    /// Offset of the first instruction in the mapped module.
    pub new: u32,
    /// The function of the mapped module that it stands in.
    pub function: FuncIndex,
    /// Whether the first instruction is a call, can trap or begins a segment of Go's, and is mapped exactly. Otherwise
    /// the origin is the last one known.
    pub exact: bool,
    /// `None` for code that comes from no instruction of the input: what a pass added.
    pub origin: Option<OriginId>,
}

/// An origin of a [`CodeMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OriginId(pub u32);

/// An instruction of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Origin {
    /// The PC for which Go's tables say where the instruction comes from. At a call this is one less than its return PC,
    /// which is what the runtime looks up; at a call of `runtime.sigpanic` the return PC itself. `None` in a function
    /// that is not in Go's tables.
    pub pc: Option<Pc>,
    /// Whether `pc` is certain. Go numbers places inside a segment where its position changes, and leaves no trace of it
    /// in the code: there, `pc` is the last one known.
    pub pc_exact: bool,
    /// Its offset in the input.
    pub offset: u32,
    /// The function of the input whose body it stands in.
    pub function: FuncIndex,
    /// The call that this optimizer replaced by the body of its callee, in which the instruction stands.
    pub inlined_at: Option<OriginId>,
}

impl CodeMap {
    /// All runs, by offset.
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// All origins, by their ids.
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// The origin with this id; `None` for one of another map.
    pub fn origin(&self, id: OriginId) -> Option<&Origin> {
        self.origins.get(id.0 as usize)
    }

    /// The origin with this id, then those of the calls that this optimizer replaced around it, outwards. It ends: a
    /// caller's origin is interned before that of what was inlined there.
    pub(crate) fn outwards(&self, id: OriginId) -> impl Iterator<Item = &Origin> {
        let mut next = Some(id);
        std::iter::from_fn(move || {
            let id = next?;
            let origin = self.origin(id)?;
            next = origin.inlined_at.filter(|caller| *caller < id);
            Some(origin)
        })
    }

    /// The map of a module in which code stands elsewhere. `moves` has old and new offsets in ascending order, of which each
    /// holds up to the next; code from the offset of `added`, a function, comes from no instruction.
    #[cfg(feature = "snapshot")]
    pub(crate) fn moved(
        mut self,
        moves: &[(u32, u32)],
        added: Option<(u32, FuncIndex)>,
    ) -> CodeMap {
        for run in &mut self.runs {
            let behind = moves.partition_point(|(old, _)| *old <= run.new);
            if let Some((old, new)) = behind.checked_sub(1).and_then(|last| moves.get(last)) {
                run.new = new + (run.new - old);
            }
        }
        if let Some((new, function)) = added {
            self.runs.push(Run {
                new,
                function,
                exact: false,
                origin: None,
            });
        }
        self
    }

    /// The run that holds the instruction at this offset; `None` in front of the first body.
    pub fn at(&self, offset: u32) -> Option<&Run> {
        let behind = self.runs.partition_point(|run| run.new <= offset);
        self.runs.get(behind.checked_sub(1)?)
    }
}

/// Where the content of the code section begins in the file: offsets of a [`CodeMap`] count from there. `None` without
/// one.
pub fn code_start(input: &Input<'_>) -> Option<usize> {
    Some(code_section(input)?.start)
}
