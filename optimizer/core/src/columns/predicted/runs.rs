//! The runs of PCs that are in one inlined function, and the PCs of their calls.

use crate::columns::script::{Load, unzigzag, uvarint};

/// The runs of a function, and the tree that their values are records of.
#[derive(Debug)]
pub(crate) struct Context {
    /// `None` if nothing is inlined: all PCs are the function's own.
    pub(crate) tree: Option<u32>,
    pub(super) runs: Runs,
}

impl Context {
    /// The next run that has PCs; `Some(None)` at the end.
    pub(crate) fn next(&mut self, memory: &impl Load) -> Option<Option<Run>> {
        loop {
            let Some((value, pcs)) = self.runs.next(memory)? else {
                return Some(None);
            };
            let own = self.tree.is_none() || value.cast_signed() < 0;
            let record = (!own).then_some(value);
            if pcs != 0 {
                return Some(Some(Run { record, pcs }));
            }
        }
    }
}

/// PCs with one inline index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    /// The record of the tree; `None` for PCs of the function itself.
    pub(crate) record: Option<u32>,
    pub(crate) pcs: u32,
}

/// A pc-value table that is read.
#[derive(Debug)]
pub(crate) struct Runs {
    at: u32,
    value: u32,
    begun: bool,
}

impl Runs {
    /// The table at this address.
    pub(crate) fn new(at: u32) -> Runs {
        Runs {
            at,
            value: u32::MAX,
            begun: false,
        }
    }

    /// The next value and its number of PCs; `Some(None)` at the end.
    pub(crate) fn next(&mut self, memory: &impl Load) -> Option<Option<(u32, u32)>> {
        let change = uvarint(memory, &mut self.at)?;
        if change == 0 && self.begun {
            return Some(None);
        }
        self.begun = true;
        self.value = self.value.wrapping_add(unzigzag(change));
        let pcs = uvarint(memory, &mut self.at)?;
        Some(Some((self.value, pcs)))
    }
}

/// The parents of records, in the order in which PCs first show them.
#[derive(Debug, Default)]
pub(crate) struct Parents {
    /// Records that are done.
    seen: u32,
    /// PC of the next run.
    pc: u32,
    /// The parent of the record before, plus 1.
    behind: u32,
}

impl Parents {
    /// The next record up to that of a run, and the PC that its parent is expected at.
    pub(crate) fn next(&mut self, run: Run) -> Option<(u32, u32)> {
        let last = run.record.filter(|record| self.seen <= *record)?;
        let record = self.seen;
        self.seen += 1;
        // No PC is in a record that is left out, only its own inlined calls are.
        let predicted = match record == last {
            true => self.pc.wrapping_sub(1),
            false => self.behind,
        };
        Some((record, predicted))
    }

    /// That record's parent.
    pub(crate) fn was(&mut self, parent: u32) {
        self.behind = parent.wrapping_add(1);
    }

    pub(crate) fn behind(&mut self, run: Run) {
        self.pc = self.pc.wrapping_add(run.pcs);
    }
}
