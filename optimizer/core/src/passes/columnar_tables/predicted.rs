//! The numbers of tables that are predicted (`crate::columns::predicted`).
//!
//! What is not as expected becomes a difference, and a table that cannot be made of values by PC is stored as it is: it
//! has other PCs than the runs that it is predicted by, or the function's own PCs are in several files.

use super::grouped::{Grouped, PcTables};
use crate::columns::predicted::{
    BEHIND, Block, Context, NAME_SLOTS, Parents, Run, Runs, name_slot, words,
};
use crate::columns::{Coding, Operation, zigzag};
use crate::go::{Bytes, Field, Program, funcdata};
use std::collections::HashMap;

/// The largest number of PCs and the largest number of records that are predicted: what a function may have.
const MOST: u32 = 1 << 16;

/// What is predicted of a program.
#[derive(Debug, Default)]
pub(super) struct Predicted {
    pub(super) operations: Vec<Numbers>,
}

/// An operation without its addresses.
#[derive(Debug)]
pub(super) struct Numbers {
    pub(super) operation: Operation,
    pub(super) block: Block,
    /// A number for each function.
    pub(super) first: Vec<u8>,
    pub(super) inlined: Vec<u8>,
    pub(super) own: Vec<u8>,
    pub(super) parents: Vec<u8>,
    /// Words of what is known.
    pub(super) known: u32,
    /// Words of addresses of tables.
    pub(super) tables: u32,
    /// Words in which tables are made.
    pub(super) scratch: u32,
    /// First address and length of what is written.
    pub(super) cells: Vec<(u32, u32)>,
}

impl Predicted {
    /// `None` if a table lies outside the image.
    pub(super) fn of(
        program: &Program,
        image: Bytes<'_>,
        grouped: &Grouped<'_>,
    ) -> Option<Predicted> {
        let functions = Functions::of(program, image)?;
        let layout = program.layout();
        // A parent is near 0, where a line would begin if the release stored none.
        let line = layout.inline.start_line.unwrap_or(layout.inline.parent_pc);
        let fields = [
            (PCFILE, Coding::Files, layout.func.pcfile, layout.inline.name),
            (PCLN, Coding::Lines, layout.func.pcln, line),
        ];
        let mut operations = Vec::new();
        for (kind, coding, field, tree_field) in fields {
            let tables = grouped.pc_values.get(kind)?;
            let mut numbers = functions.tables(coding, tables, (field, tree_field))?;
            if coding == Coding::Lines {
                functions.parents(&mut numbers)?;
            }
            operations.push(numbers);
        }
        Some(Predicted { operations })
    }

    /// Words of working memory besides dictionaries.
    pub(super) fn words(&self) -> u32 {
        (self.operations.iter())
            .map(|numbers| numbers.known + numbers.tables + numbers.scratch)
            .sum()
    }

    /// Whether the pc-value tables of a kind are predicted.
    pub(super) fn has(&self, kind: usize) -> bool {
        match kind {
            PCFILE => self.any(Coding::Files),
            PCLN => self.any(Coding::Lines),
            _ => false,
        }
    }

    fn any(&self, coding: Coding) -> bool {
        (self.operations.iter()).any(|numbers| numbers.operation.coding == coding)
    }
}

/// Positions in [`Grouped::pc_values`].
const PCFILE: usize = 1;
pub(super) const PCLN: usize = 2;

/// The records of all functions.
struct Functions<'i> {
    image: Bytes<'i>,
    /// Addresses of the records.
    records: Vec<u32>,
    /// Without addresses of streams.
    block: Block,
    operation: Operation,
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
        let (functab, pctab) = (table(Field::PclnTable)?, table(Field::PcTab)?);
        let records = (program.functions())
            .map(|function| u32::try_from(function.record().address).ok())
            .collect::<Option<Vec<_>>>()?;
        let count = u32::try_from(records.len()).ok()?;
        let mut operation = Operation::array(Coding::Files, count, functab + 4, 8);
        (operation.list, operation.a) = (functab, pctab);
        let gofunc = program.module().word(image, Field::GoFunc)?;
        let block = Block {
            inlined: 0,
            own: 0,
            parents: 0,
            known: 0,
            gofunc: u32::try_from(gofunc).ok()?,
            pcdata: layout.func.size as u32,
            npcdata: layout.func.npcdata as u32,
            pcsp: layout.func.pcsp as u32,
            tree_record: layout.inline.size as u32,
            tree_field: 0,
            tree_parent: layout.inline.parent_pc as u32,
            tables: 0,
            shift: 0,
            limit: 0,
            scratch: 0,
        };
        Some(Functions {
            image,
            records,
            block,
            operation,
            pctab,
            nfuncdata: layout.func.nfuncdata,
        })
    }

    fn numbers(&self) -> Numbers {
        Numbers {
            operation: self.operation,
            block: self.block,
            first: Vec::new(),
            inlined: Vec::new(),
            own: Vec::new(),
            parents: Vec::new(),
            known: 0,
            tables: 0,
            scratch: 0,
            cells: Vec::new(),
        }
    }

    fn context(&self, record: u32) -> Option<Context> {
        self.block.context(&self.image, record, self.pctab)
    }

    fn parents(&self, numbers: &mut Numbers) -> Option<()> {
        for record in &self.records {
            let mut context = self.context(*record)?;
            let Some(tree) = context.tree else {
                continue;
            };
            if !self.has_tree(*record)? {
                return None;
            }
            let mut parents = Parents::default();
            while let Some(run) = context.next(&self.image)? {
                while let Some((record, predicted)) = parents.next(run) {
                    let field = self.block.parent(tree, record);
                    let parent = self.image.u32(field.into())?;
                    number(&mut numbers.parents, zigzag(parent.wrapping_sub(predicted)));
                    parents.was(parent);
                    numbers.cells.push((field, 4));
                    numbers.known = numbers.known.max(record + 1);
                }
                parents.behind(run);
            }
        }
        Some(())
    }

    fn tables(
        &self,
        coding: Coding,
        tables: &PcTables<'_>,
        (field, tree_field): (u64, u64),
    ) -> Option<Numbers> {
        let count = u32::try_from(tables.tables.len()).ok()?;
        let contents: HashMap<u32, &[u8]> = (tables.tables.iter())
            .scan(tables.address, |next, table| {
                let address = *next;
                *next += table.len() as u32;
                Some((address, *table))
            })
            .collect();
        let mut numbers = self.numbers();
        let operation = &mut numbers.operation;
        (operation.coding, operation.offset) = (coding, field as u32);
        operation.first = tables.address;
        numbers.block.tree_field = tree_field as u32;
        (numbers.tables, numbers.block.shift) = words(count);
        let mut value = 0;
        let mut files = HashMap::new();
        for record in &self.records {
            let cell = record.wrapping_add(field as u32);
            let offset = self.image.u32(cell.into())?;
            if offset == 0 {
                number(&mut numbers.first, 0);
                continue;
            }
            numbers.cells.push((cell, 4));
            let content = *contents.get(&self.pctab.wrapping_add(offset))?;
            let done = self.values(*record, content).and_then(|values| match coding {
                Coding::Files => numbers.files(self.image, &values, &mut value, &mut files),
                _ => numbers.lines(self.image, &values, &mut value),
            });
            if done.is_none() {
                number(&mut numbers.first, AS_IT_IS);
                numbers.own.extend(as_it_is(content)?);
            }
        }
        if coding == Coding::Files {
            numbers.known = NAME_SLOTS;
        }
        let lens = || tables.tables.iter().map(|table| table.len());
        let (largest, all) = (lens().max().unwrap_or(0), lens().sum::<usize>());
        let (room, all) = (u32::try_from(largest).ok()? + BEHIND, u32::try_from(all).ok()?);
        numbers.scratch = room.div_ceil(4);
        numbers.block.limit = (tables.address + all).saturating_sub(room);
        numbers.cells.push((tables.address, all));
        Some(numbers)
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
        let field = u64::from(self.block.pcdata) + 4 * (u64::from(npcdata) + u64::from(funcdata::INL_TREE));
        Some(u32::from(funcdata) > funcdata::INL_TREE && self.image.u32(record + field)? != u32::MAX)
    }
}

/// The number of a function whose table is not predicted.
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

impl Numbers {
    /// The number of a function whose first value is `first`.
    fn begin(&mut self, first: u32, value: &mut u32) -> Option<()> {
        let difference = zigzag(first.wrapping_sub(*value));
        number(&mut self.first, difference.checked_add(AS_IT_IS + 1)?);
        *value = first;
        Some(())
    }

    fn files(
        &mut self,
        image: Bytes<'_>,
        values: &Values,
        value: &mut u32,
        known: &mut HashMap<u32, u32>,
    ) -> Option<()> {
        let own = *values.by_pc.first()?;
        let regular = values.by_run().all(|(run, files)| {
            let file = if run.record.is_some() { files[0] } else { own };
            files.iter().all(|other| *other == file)
        });
        if !regular {
            return None;
        }
        self.begin(own, value)?;
        for (run, files) in values.by_run().skip(1) {
            if let (Some(record), Some(tree)) = (run.record, values.tree) {
                let name = image.u32(self.block.field(tree, record).into())?;
                let known = known.entry(name_slot(name)).or_default();
                number(&mut self.inlined, zigzag(files[0].wrapping_sub(*known)));
                *known = files[0];
            }
        }
        Some(())
    }

    fn lines(&mut self, image: Bytes<'_>, values: &Values, value: &mut u32) -> Option<()> {
        self.begin(*values.by_pc.first()?, value)?;
        let mut known = HashMap::new();
        for (index, (run, lines)) in values.by_run().enumerate() {
            let mut line = *value;
            let mut rest = lines;
            if index == 0 {
                rest = &lines[1..];
            } else if let (Some(record), Some(tree)) = (run.record, values.tree) {
                line = match known.get(&record) {
                    Some(line) => *line,
                    None => image.u32(self.block.field(tree, record).into())?,
                };
            }
            for next in rest {
                let stream = match run.record {
                    Some(_) => &mut self.inlined,
                    None => &mut self.own,
                };
                number(stream, zigzag(next.wrapping_sub(line)));
                line = *next;
            }
            match run.record {
                Some(record) => {
                    self.known = self.known.max(record + 1);
                    known.insert(record, line);
                }
                None => *value = line,
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
