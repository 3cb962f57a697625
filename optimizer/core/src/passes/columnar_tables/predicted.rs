//! The numbers of tables that are predicted (`crate::columns::predicted`).
//!
//! What is not as expected becomes a difference, and a table that cannot be made of values by PC is stored as it is: it
//! has other PCs than the runs that it is predicted by, or the function's own PCs are in several files.

#[cfg(test)]
mod tests;

use super::grouped::{Grouped, PcTables};
use crate::columns::predicted::{
    BEHIND, Block, Context, NAME_SLOTS, Parents, Run, Runs, Side, name_slot, words,
};
use crate::columns::{Coding, Operation, zigzag};
use crate::go::findfunctab::{BUCKET_PCS, BUCKETS};
use crate::go::{Bytes, Field, Program, funcdata};
use crate::passes::group_tables::pc_values::{PCFILE, PCLN};
use std::collections::HashMap;

/// The largest number of PCs and the largest number of records that are predicted: the PCs that a function may have.
const MOST: u32 = BUCKET_PCS * BUCKETS;

/// The operation that predicts, without its addresses.
#[derive(Debug)]
pub(super) struct Predicted {
    pub(super) operation: Operation,
    pub(super) block: Block,
    /// A number for each function.
    pub(super) files: Vec<u8>,
    pub(super) lines: Vec<u8>,
    pub(super) inlined: Vec<u8>,
    pub(super) own: Vec<u8>,
    pub(super) names: Vec<u8>,
    pub(super) parents: Vec<u8>,
    /// Tables that are not predicted.
    pub(super) raw: Vec<u8>,
    /// How many these are.
    pub(super) as_they_are: usize,
    /// Words of working memory.
    pub(super) words: Words,
    /// First address and length of what is written.
    pub(super) cells: Vec<(u32, u32)>,
}

/// Numbers of words, which are 0.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Words {
    /// Of known lines.
    pub(super) lines: u32,
    /// Of addresses of tables, for files and for lines.
    pub(super) tables: [u32; 2],
    /// In which tables are made.
    pub(super) scratch: [u32; 2],
}

impl Words {
    /// All, with those of known files.
    pub(super) fn all(&self) -> u32 {
        let sides = self.tables.iter().chain(&self.scratch);
        NAME_SLOTS + self.lines + sides.sum::<u32>()
    }
}

impl Predicted {
    /// `None` if a table lies outside the image or among those of another kind, or would not come back.
    pub(super) fn of(
        program: &Program,
        image: Bytes<'_>,
        grouped: &Grouped<'_>,
    ) -> Option<Predicted> {
        let tables = [grouped.pc_values.get(PCFILE)?, grouped.pc_values.get(PCLN)?];
        if tables.iter().any(|tables| !tables.elsewhere.is_empty()) {
            return None;
        }
        Functions::of(program, image)?.predicted(tables)
    }
}

/// The bytes of tables by address.
fn contents<'p>(tables: &PcTables<'p>) -> HashMap<u32, &'p [u8]> {
    (tables.tables.iter())
        .scan(tables.address, |next, table| {
            let address = *next;
            *next += table.len() as u32;
            Some((address, *table))
        })
        .collect()
}

/// The records of all functions.
struct Functions<'i> {
    image: Bytes<'i>,
    /// Addresses of the records.
    records: Vec<u32>,
    /// Without addresses in working memory.
    block: Block,
    functab: u32,
    pctab: u32,
    /// Offset of the number of funcdata in a record.
    nfuncdata: u64,
}

impl<'i> Functions<'i> {
    fn of(program: &Program, image: Bytes<'i>) -> Option<Functions<'i>> {
        let layout = program.layout();
        let table = |field| {
            let table = program.module().table(image, field)?;
            u32::try_from(table.range().start).ok()
        };
        let records = (program.functions())
            .map(|function| u32::try_from(function.record().address).ok())
            .collect::<Option<Vec<_>>>()?;
        let gofunc = program.module().word(image, Field::GoFunc)?;
        // A parent is near 0, where lines begin if the release stores no line to begin with.
        let line = layout.inline.start_line.unwrap_or(layout.inline.parent_pc);
        let field = |field: u64| Side {
            field: field as u32,
            ..Side::default()
        };
        let block = Block {
            gofunc: u32::try_from(gofunc).ok()?,
            pcdata: layout.func.size as u32,
            npcdata: layout.func.npcdata as u32,
            pcsp: layout.func.pcsp as u32,
            tree_record: layout.inline.size as u32,
            tree_name: layout.inline.name as u32,
            tree_line: line as u32,
            tree_parent: layout.inline.parent_pc as u32,
            file_tables: field(layout.func.pcfile),
            line_tables: field(layout.func.pcln),
            ..Block::default()
        };
        Some(Functions {
            image,
            records,
            block,
            functab: table(Field::PclnTable)?,
            pctab: table(Field::PcTab)?,
            nfuncdata: layout.func.nfuncdata,
        })
    }

    /// With the tables of files, and those of lines.
    fn predicted(&self, tables: [&PcTables<'_>; 2]) -> Option<Predicted> {
        let mut predicted = self.operation();
        for (side, tables) in tables.into_iter().enumerate() {
            predicted.place(side, tables)?;
        }
        let contents = tables.map(contents);
        let mut state = State::default();
        for record in &self.records {
            predicted.parents(self, *record)?;
            predicted.tables(self, *record, &mut state, &contents)?;
        }
        Some(predicted)
    }

    /// An operation without numbers.
    fn operation(&self) -> Predicted {
        let count = self.records.len() as u32;
        let mut operation = Operation::array(Coding::Lines, count, self.functab + 4, 8);
        (operation.list, operation.a) = (self.functab, self.pctab);
        Predicted {
            operation,
            block: self.block,
            files: Vec::new(),
            lines: Vec::new(),
            inlined: Vec::new(),
            own: Vec::new(),
            names: Vec::new(),
            parents: Vec::new(),
            raw: Vec::new(),
            as_they_are: 0,
            words: Words::default(),
            cells: Vec::new(),
        }
    }

    fn context(&self, record: u32) -> Option<Context> {
        self.block.context(&self.image, record, self.pctab)
    }

    /// A table by PC; `None` if it is stored as it is.
    fn values(&self, record: u32, content: &[u8]) -> Option<Values> {
        let mut context = self.context(record)?;
        match context.tree {
            Some(_) if !self.has_tree(record)? => return None,
            None if self.image.u32((record + self.block.pcsp).into())? == 0 => return None,
            _ => {}
        }
        let (mut runs, mut pcs) = (Vec::new(), 0u32);
        while let Some(run) = context.next(&self.image)? {
            pcs = pcs.checked_add(run.pcs).filter(|pcs| *pcs <= MOST)?;
            if run.record.is_some_and(|record| record >= MOST) {
                return None;
            }
            runs.push(run);
        }
        let mut by_pc = Vec::new();
        let table = Bytes::new(0, content);
        let mut table_runs = Runs::new(0);
        while let Some((value, count)) = table_runs.next(&table)? {
            if count > pcs {
                return None;
            }
            by_pc.extend((0..count).map(|_| value));
        }
        let same = by_pc.len() == pcs as usize && encoded(&by_pc)? == content;
        same.then_some(Values {
            runs,
            tree: context.tree,
            by_pc,
        })
    }

    /// Whether a record has an inline tree.
    fn has_tree(&self, record: u32) -> Option<bool> {
        let record = u64::from(record);
        let funcdata = self.image.u8(record + self.nfuncdata)?;
        let npcdata = self.image.u8(record + u64::from(self.block.npcdata))?;
        let field =
            u64::from(self.block.pcdata) + 4 * (u64::from(npcdata) + u64::from(funcdata::INL_TREE));
        Some(
            u32::from(funcdata) > funcdata::INL_TREE && self.image.u32(record + field)? != u32::MAX,
        )
    }
}

/// The number of a function with a table that is not predicted.
const AS_IT_IS: u32 = 1;

/// The values of a function at each of its PCs.
struct Values {
    runs: Vec<Run>,
    tree: Option<u32>,
    by_pc: Vec<u32>,
}

impl Values {
    /// Each run, with its field of the tree, and its values.
    fn by_run(&self) -> impl Iterator<Item = (Run, &[u32])> {
        self.runs.iter().scan(&self.by_pc[..], |rest, run| {
            let (values, behind) = rest.split_at(run.pcs as usize);
            *rest = behind;
            Some((*run, values))
        })
    }
}

/// What is known when a function begins, besides lines of its tree.
#[derive(Default)]
struct State {
    /// The last own file and line.
    values: [u32; 2],
    /// The last file by position.
    files: HashMap<u32, u32>,
}

impl Predicted {
    /// Says where tables go: those of files if `side` is 0, of lines if it is 1.
    fn place(&mut self, side: usize, tables: &PcTables<'_>) -> Option<()> {
        let lens = || tables.tables.iter().map(|table| table.len());
        let room = u32::try_from(lens().max().unwrap_or(0)).ok()? + BEHIND;
        let all = u32::try_from(lens().sum::<usize>()).ok()?;
        let place = match side {
            0 => &mut self.block.file_tables,
            _ => &mut self.block.line_tables,
        };
        let count = u32::try_from(tables.tables.len()).ok()?;
        place.to = tables.address;
        (self.words.tables[side], place.shift) = words(count);
        place.limit = (tables.address + all).saturating_sub(room);
        self.words.scratch[side] = room.div_ceil(4);
        self.cells.push((tables.address, all));
        Some(())
    }

    fn parents(&mut self, functions: &Functions<'_>, record: u32) -> Option<()> {
        let image = functions.image;
        let mut context = functions.context(record)?;
        let Some(tree) = context.tree else {
            return Some(());
        };
        if !functions.has_tree(record)? {
            return None;
        }
        let mut parents = Parents::default();
        while let Some(run) = context.next(&image)? {
            while let Some((record, predicted)) = parents.next(run) {
                let field = self.block.parent(tree, record);
                let parent = image.u32(field.into())?;
                number(&mut self.parents, zigzag(parent.wrapping_sub(predicted)));
                parents.was(parent);
                self.cells.push((field, 4));
                self.words.lines = self.words.lines.max(record + 1);
            }
            parents.behind(run);
        }
        Some(())
    }

    /// Both tables of a function.
    fn tables(
        &mut self,
        functions: &Functions<'_>,
        record: u32,
        state: &mut State,
        contents: &[HashMap<u32, &[u8]>; 2],
    ) -> Option<()> {
        let fields = [self.block.file_tables.field, self.block.line_tables.field];
        for (side, contents) in contents.iter().enumerate() {
            let cell = record + fields[side];
            let offset = functions.image.u32(cell.into())?;
            if offset == 0 {
                number(self.first(side), 0);
                continue;
            }
            self.cells.push((cell, 4));
            let content = *contents.get(&functions.pctab.wrapping_add(offset))?;
            let values = functions.values(record, content);
            let done = values.and_then(|values| match side {
                0 => self.files(functions.image, &values, state),
                _ => self.lines(functions.image, &values, state),
            });
            if done.is_none() {
                number(self.first(side), AS_IT_IS);
                self.raw.extend(as_it_is(content)?);
                self.as_they_are += 1;
            }
        }
        Some(())
    }

    fn first(&mut self, side: usize) -> &mut Vec<u8> {
        match side {
            0 => &mut self.files,
            _ => &mut self.lines,
        }
    }

    /// The number of a function whose first value is `first`.
    fn begin(&mut self, side: usize, first: u32, state: &mut State) -> Option<()> {
        let difference = zigzag(first.wrapping_sub(state.values[side]));
        number(self.first(side), difference.checked_add(AS_IT_IS + 1)?);
        state.values[side] = first;
        Some(())
    }

    fn files(&mut self, image: Bytes<'_>, values: &Values, state: &mut State) -> Option<()> {
        let own = *values.by_pc.first()?;
        let regular = values.by_run().enumerate().all(|(index, (run, files))| {
            let inlined = index > 0 && run.record.is_some();
            let file = if inlined { files[0] } else { own };
            files.iter().all(|other| *other == file)
        });
        if !regular {
            return None;
        }
        self.begin(0, own, state)?;
        for (run, files) in values.by_run().skip(1) {
            if let (Some(record), Some(tree)) = (run.record, values.tree) {
                let name = image.u32(self.block.name(tree, record).into())?;
                let known = state.files.entry(name_slot(name)).or_default();
                number(&mut self.names, zigzag(files[0].wrapping_sub(*known)));
                *known = files[0];
            }
        }
        Some(())
    }

    fn lines(&mut self, image: Bytes<'_>, values: &Values, state: &mut State) -> Option<()> {
        self.begin(1, *values.by_pc.first()?, state)?;
        let mut known = HashMap::new();
        for (index, (run, lines)) in values.by_run().enumerate() {
            let (mut line, mut rest) = (state.values[1], lines);
            if index == 0 {
                rest = &lines[1..];
            } else if let (Some(record), Some(tree)) = (run.record, values.tree) {
                line = match known.get(&record) {
                    Some(line) => *line,
                    None => image.u32(self.block.line(tree, record).into())?,
                };
            }
            let stream = match run.record {
                Some(_) => &mut self.inlined,
                None => &mut self.own,
            };
            for next in rest {
                number(stream, zigzag(next.wrapping_sub(line)));
                line = *next;
            }
            match run.record {
                Some(record) => _ = known.insert(record, line),
                None => state.values[1] = line,
            }
        }
        Some(())
    }
}

/// A pc-value table with these values, each for one PC; `None` if there is none, or the first is that of no table.
fn encoded(values: &[u32]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut previous = u32::MAX;
    values.first().filter(|value| **value != previous)?;
    for run in values.chunk_by(|one, other| one == other) {
        number(&mut bytes, zigzag(run[0].wrapping_sub(previous)));
        number(&mut bytes, run.len() as u32);
        previous = run[0];
    }
    bytes.push(0);
    Some(bytes)
}

/// The numbers of a table; `None` if one has more bytes than it needs, because they are read and written again.
fn as_it_is(content: &[u8]) -> Option<&[u8]> {
    let minimal = |number: &[u8]| number.len() == 1 || number.last() != Some(&0);
    let numbers = content.split_inclusive(|byte| *byte <= 0x7f);
    numbers.into_iter().all(minimal).then_some(content)
}

fn number(stream: &mut Vec<u8>, mut value: u32) {
    while value > 0x7f {
        stream.push(value as u8 | 0x80);
        value >>= 7;
    }
    stream.push(value as u8);
}
