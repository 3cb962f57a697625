//! Files, lines and the parents of inlined calls, which follow from the inline tree but for small differences.
//!
//! Where a function was inlined, its file is the one that it had where it was inlined before, and its lines begin at its
//! own `func` keyword; behind it, lines go on where they were. The call it stands for is at the PC before, because only
//! PCs that can be asked for are left.
//!
//! ```text
//! inline index  -1 -1  0  0 -1          given
//! lines         12 14 71 73 15          own  12 (+3 to the function before)  +2 +1
//!                                       inlined  +1 +2                       (record 0 starts at line 70)
//! files          4  4  9  9  4          first +0     inlined +0              (that function was in 9 before)
//! parents                               +0                                   (record 0: PC 1, before its first)
//! ```
//!
//! [`Coding::Lines`](super::script::Coding::Lines) goes over the records of functions, and for each over the runs of its inline indices, or those of its
//! stack pointers if nothing was inlined: only their numbers of PCs count then. Two streams, that of the operation for files
//! and another for lines, have a number for each function: 0 for no table, 1 for one that is not predicted, which lies in a
//! stream as it is, and else the difference to the last own file or line of the function before, as
//! `2 + zigzag(difference)`. A table that was there already is found again by its content, and not stored twice.
//! `start.wat` does the same in the shipped module.

mod block;
mod made;
mod runs;

pub(crate) use block::{Block, Side};
pub(in crate::columns) use made::HASH;
pub(crate) use made::{BEHIND, words};
pub(crate) use runs::{Context, Parents, Run, Runs};

use super::script::{Load, Operation, Target, Watch};
use made::{Kind, Made, Stream, Table};

/// Bits of a position among known files: 4096 of them, so that few of the names of a large program meet there.
const NAME_BITS: u32 = 12;
/// Words of known files.
pub(crate) const NAME_SLOTS: u32 = 1 << NAME_BITS;
/// How a hash of a name is shifted to get its position.
pub(super) const NAME_SHIFT: u32 = 32 - NAME_BITS;

/// Position among known files for a name.
pub(crate) fn name_slot(name: u32) -> u32 {
    name.wrapping_mul(HASH) >> NAME_SHIFT
}

/// Runs the operation.
pub(super) fn run(
    operation: &Operation,
    memory: &mut Target<'_>,
    watch: &mut impl Watch,
) -> Option<()> {
    let block = Block::read(memory, operation.b)?;
    let mut state = State {
        pctab: operation.a,
        files: Kind::new(operation.stream, block.file_tables),
        lines: Kind::new(block.lines, block.line_tables),
        inlined: Stream::new(block.inlined),
        own: Stream::new(block.own),
        names: Stream::new(block.names),
        parents: Stream::new(block.parents),
        raw: Stream::new(block.raw),
        block,
    };
    let mut row = operation.row;
    for _ in 0..operation.count {
        let function = operation.list.wrapping_add(memory.u32(row)?);
        state.function(memory, function, watch)?;
        row = row.wrapping_add(operation.stride);
    }
    Some(())
}

struct State {
    pctab: u32,
    block: Block,
    files: Kind,
    lines: Kind,
    inlined: Stream,
    own: Stream,
    names: Stream,
    parents: Stream,
    raw: Stream,
}

impl State {
    fn function(
        &mut self,
        memory: &mut Target<'_>,
        function: u32,
        watch: &mut impl Watch,
    ) -> Option<()> {
        let mut files = self.files.begin(memory)?;
        let mut lines = self.lines.begin(memory)?;
        let context = self.block.context(memory, function, self.pctab)?;
        if files.is_predicted() || lines.is_predicted() || context.tree.is_some() {
            self.walk(memory, context, (&mut files, &mut lines), watch)?;
        }
        if let Some(table) = self.files.end(memory, &mut self.raw, files)? {
            let field = function.wrapping_add(self.files.side.field);
            memory.store(field, table.wrapping_sub(self.pctab))?;
            for stream in [&mut self.files.first, &mut self.names, &mut self.raw] {
                stream.tell(watch, table);
            }
        }
        if let Some(table) = self.lines.end(memory, &mut self.raw, lines)? {
            let field = function.wrapping_add(self.lines.side.field);
            memory.store(field, table.wrapping_sub(self.pctab))?;
            let streams = [
                &mut self.lines.first,
                &mut self.inlined,
                &mut self.own,
                &mut self.raw,
            ];
            for stream in streams {
                stream.tell(watch, table);
            }
        }
        Some(())
    }

    fn walk(
        &mut self,
        memory: &mut Target<'_>,
        mut context: Context,
        (files, lines): (&mut Made, &mut Made),
        watch: &mut impl Watch,
    ) -> Option<()> {
        let mut given = true;
        let mut parents = Parents::default();
        while let Some(run) = context.next(memory)? {
            let mut inlined = None;
            if let (Some(record), Some(tree)) = (run.record, context.tree) {
                self.records(memory, &mut parents, run, tree, watch)?;
                inlined = Some((record, tree)).filter(|_| !given);
            }
            parents.behind(run);
            if files.is_predicted() {
                let file = match inlined {
                    Some((record, tree)) => self.file(memory, record, tree)?,
                    None => self.files.value,
                };
                files.table.add(memory, file, run.pcs)?;
            }
            if lines.is_predicted() {
                self.lines(memory, run, given, &mut lines.table)?;
            }
            given = false;
        }
        Some(())
    }

    /// The parents and the first lines of records that no PC before was in.
    fn records(
        &mut self,
        memory: &mut Target<'_>,
        parents: &mut Parents,
        run: Run,
        tree: u32,
        watch: &mut impl Watch,
    ) -> Option<()> {
        while let Some((record, predicted)) = parents.next(run) {
            let parent = predicted.wrapping_add(self.parents.difference(memory)?);
            parents.was(parent);
            let field = self.block.parent(tree, record);
            memory.store(field, parent)?;
            self.parents.tell(watch, field);
            let line = memory.u32(self.block.line(tree, record))?;
            memory.store(self.known_line(record), line)?;
        }
        Some(())
    }

    fn known_line(&self, record: u32) -> u32 {
        self.block.known_lines.wrapping_add(record << 2)
    }

    /// The file of an inlined function.
    fn file(&mut self, memory: &mut Target<'_>, record: u32, tree: u32) -> Option<u32> {
        let name = memory.u32(self.block.name(tree, record))?;
        let known = (self.block.known_files).wrapping_add(4 * name_slot(name));
        let file = memory.u32(known)?;
        let file = file.wrapping_add(self.names.difference(memory)?);
        memory.store(known, file)?;
        Some(file)
    }

    fn lines(
        &mut self,
        memory: &mut Target<'_>,
        run: Run,
        mut given: bool,
        table: &mut Table,
    ) -> Option<()> {
        let mut line = match run.record {
            Some(record) if !given => memory.u32(self.known_line(record))?,
            _ => self.lines.value,
        };
        for _ in 0..run.pcs {
            if !given {
                let stream = match run.record {
                    Some(_) => &mut self.inlined,
                    None => &mut self.own,
                };
                line = line.wrapping_add(stream.difference(memory)?);
            }
            given = false;
            table.add(memory, line, 1)?;
        }
        match run.record {
            Some(record) => memory.store(self.known_line(record), line)?,
            None => self.lines.value = line,
        }
        Some(())
    }
}
