//! Chooses the columns of Go's tables.

use super::grouped::Grouped;
use super::names::Names;
use super::predicted::Predicted;
use super::writer::{Script, Writer};
use crate::columns::{Coding, Operation};
use crate::go::findfunctab::{BUCKET, BUCKET_PCS, BUCKETS};
use crate::go::{Bytes, Field, Program};
use crate::passes::group_tables::Reason;
use crate::passes::group_tables::pc_values::{PCFILE, PCLN};
use std::collections::HashMap;

const OUTSIDE: Reason = "a table lies outside the data";

/// How many pc-value tables a record names before its pcdata.
const FIRST_PCDATA: usize = 3;

/// The script that rebuilds everything that is regular in Go's function tables; what is `predicted` is left out elsewhere.
pub(super) fn script(
    program: &Program,
    image: Bytes<'_>,
    grouped: &Grouped<'_>,
    working_base: u32,
    predicted: Option<Predicted>,
) -> Result<Script, Reason> {
    let names = InlinedNames::read(program, image, grouped).ok_or(OUTSIDE)?;
    let pc_values = (grouped.pc_values.iter().enumerate())
        .filter(|(kind, _)| predicted.is_none() || ![PCFILE, PCLN].contains(kind))
        .map(|(_, kind)| kind.elsewhere.len() + kind.tables.len());
    let groups = grouped.groups.iter().map(|group| group.offsets.len());
    let entries = pc_values.chain(groups).sum::<usize>() + 2 * names.offsets.len();
    let entries = u32::try_from(entries).map_err(|_| OUTSIDE)?
        + predicted
            .as_ref()
            .map_or(0, |predicted| predicted.words.all());
    let columns = move || {
        let mut columns = Columns {
            writer: Writer::new(image, working_base, entries)?,
            functab: FuncTab::of(program, image)?,
            program,
        };
        let names_table = program.module().table(image, Field::FuncNameTab)?;
        if let Some(names) = Names::read(names_table) {
            // Never the last operation, and the column of the records reads them.
            columns.writer.names(&names)?;
        }
        columns.functab()?;
        columns.pc_values(grouped, predicted.as_ref())?;
        columns.funcdata(grouped)?;
        if let Some((address, count)) = grouped.inline {
            columns.inline_trees(address, count, &names, predicted.as_ref())?;
        }
        // They read pcsp, inline indices and inline trees; the lines of records read them.
        if let Some(predicted) = predicted {
            columns.writer.predicted(predicted)?;
        }
        columns.rest_of_records()?;
        columns.findfunctab(image)?;
        columns.writer.finish()
    };
    columns().ok_or(OUTSIDE)
}

/// Where the `_func` records are.
#[derive(Clone, Copy)]
struct FuncTab {
    address: u32,
    functions: u32,
    pctab: u32,
    funcnametab: u32,
}

impl FuncTab {
    fn of(program: &Program, image: Bytes<'_>) -> Option<FuncTab> {
        let address = |field| {
            let table = program.module().table(image, field)?;
            u32::try_from(table.range().start).ok()
        };
        Some(FuncTab {
            address: address(Field::PclnTable)?,
            functions: u32::try_from(program.functions().len()).ok()?,
            pctab: address(Field::PcTab)?,
            funcnametab: address(Field::FuncNameTab)?,
        })
    }

    /// The column of a field of all records.
    fn field(self, coding: Coding, offset: u64) -> Operation {
        let mut operation = Operation::array(coding, self.functions, self.address + 4, 8);
        operation.list = self.address;
        operation.offset = offset as u32;
        operation
    }
}

struct Columns<'i> {
    writer: Writer<'i>,
    functab: FuncTab,
    program: &'i Program,
}

impl Columns<'_> {
    /// ftab, and what all other addresses depend on.
    fn functab(&mut self) -> Option<()> {
        let FuncTab {
            address, functions, ..
        } = self.functab;
        let layout = &self.program.layout().func;
        let offsets = Operation::array(Coding::Previous, functions, address + 4, 8);
        self.writer.column(offsets)?;
        let mut stored = self.program.functions().map(|f| f.record().entry);
        let first = stored.next()?;
        let step = stored.next().unwrap_or(first).wrapping_sub(first);
        let expected = |index: u32| first.wrapping_add(index.wrapping_mul(step));
        let regular = (self.program.functions().zip(0..))
            .all(|(function, index)| function.record().entry == expected(index));
        if regular {
            // The first entry stays in ftab: with moduledata, it tells readers of the file which release built the
            // module.
            let rest = functions.saturating_sub(1);
            let mut entries = Operation::array(Coding::Linear, rest, address + 8, 8);
            (entries.first, entries.a, entries.b) = (expected(1), step, 1);
            self.writer.column(entries)?;
            let mut of_records = self.functab.field(Coding::Linear, layout.entry);
            (of_records.first, of_records.a, of_records.b) = (first, step, 1);
            self.writer.column(of_records)?;
        }
        // funcID, flag and nfuncdata lie in one word.
        self.field(Coding::Previous, layout.func_id)?;
        self.field(Coding::Previous, layout.npcdata)
    }

    fn field(&mut self, coding: Coding, offset: u64) -> Option<()> {
        self.writer.column(self.functab.field(coding, offset))
    }

    fn pc_values(&mut self, grouped: &Grouped<'_>, predicted: Option<&Predicted>) -> Option<()> {
        let layout = &self.program.layout().func;
        let fields = [layout.pcsp, layout.pcfile, layout.pcln];
        for (kind, tables) in grouped.pc_values.iter().enumerate() {
            if predicted.is_some() && [PCFILE, PCLN].contains(&kind) {
                continue;
            }
            let pctab = self.functab.pctab;
            let mut dictionary = (self.writer).pc_values(
                pctab,
                tables.address,
                &tables.tables,
                &tables.elsewhere,
            )?;
            let column = match fields.get(kind) {
                Some(offset) => self.functab.field(Coding::Token, *offset),
                None => self.element(layout.npcdata, (kind - FIRST_PCDATA) as u32),
            };
            self.writer.tokens(column, &mut dictionary, 0)?;
        }
        Some(())
    }

    /// The column of an element of the first array of the records, whose length is the byte at `bound`.
    fn element(&self, bound: u64, index: u32) -> Operation {
        let layout = &self.program.layout().func;
        let mut operation = (self.functab).field(Coding::Token, layout.size + 4 * u64::from(index));
        operation.bound = bound as u32;
        operation.index = index;
        operation
    }

    fn funcdata(&mut self, grouped: &Grouped<'_>) -> Option<()> {
        let layout = &self.program.layout().func;
        for group in &grouped.groups {
            let mut dictionary = self.writer.dictionary(Coding::Previous, &group.offsets)?;
            for id in &group.ids {
                let mut column = self.element(layout.nfuncdata, (*id).into());
                column.behind = layout.npcdata as u32;
                self.writer.tokens(column, &mut dictionary, u32::MAX)?;
            }
        }
        Some(())
    }

    fn rest_of_records(&mut self) -> Option<()> {
        let layout = &self.program.layout().func;
        let mut names = self.functab.field(Coding::Name, layout.name);
        names.a = self.functab.funcnametab;
        self.writer.column(names)?;
        self.field(Coding::Plain, layout.args)?;
        self.field(Coding::Plain, layout.deferreturn)?;
        self.field(Coding::Previous, layout.cu_offset)?;
        if let Some(offset) = layout.start_line {
            let mut lines = self.functab.field(Coding::FirstValue, offset);
            lines.a = layout.pcln as u32;
            lines.b = self.functab.pctab;
            self.writer.column(lines)?;
        }
        Some(())
    }

    fn inline_trees(
        &mut self,
        address: u32,
        count: u32,
        names: &InlinedNames,
        predicted: Option<&Predicted>,
    ) -> Option<()> {
        let layout = &self.program.layout().inline;
        let size = layout.size as u32;
        let field =
            |coding, offset: u64| Operation::array(coding, count, address + offset as u32, size);
        self.writer
            .column(field(Coding::Previous, layout.func_id))?;
        if predicted.is_none() {
            self.writer
                .column(field(Coding::Previous, layout.parent_pc))?;
        }
        let mut offsets = (self.writer).dictionary(Coding::Previous, &names.offsets)?;
        let name = field(Coding::Token, layout.name);
        let stream = self.writer.tokens(name, &mut offsets, u32::MAX)?;
        match (layout.start_line, &names.lines) {
            (Some(offset), Some(lines)) => {
                // The lines go with the names: the same tokens, read a second time.
                let lines = self.writer.dictionary(Coding::Plain, lines)?;
                let column = field(Coding::Token, offset);
                self.writer.same_tokens(column, stream, &lines)
            }
            (Some(offset), None) => self.writer.column(field(Coding::Previous, offset)),
            (None, _) => Some(()),
        }
    }

    /// findfunctab, if it follows from ftab.
    fn findfunctab(&mut self, image: Bytes<'_>) -> Option<()> {
        let word = |field| self.program.module().word(image, field);
        let address = u32::try_from(word(Field::FindFuncTab)?).ok()?;
        let pcs = word(Field::MaxPc)?.checked_sub(word(Field::MinPc)?)?;
        let buckets = u32::try_from(pcs.div_ceil(BUCKET_PCS.into())).ok()?;
        if buckets.div_ceil(BUCKETS) != self.functab.functions {
            return Some(());
        }
        let regular = (0..buckets).all(|bucket| {
            let at = u64::from(address) + u64::from(bucket) * u64::from(BUCKET);
            image.u32(at) == Some(bucket / BUCKETS)
        });
        if regular {
            let mut column = Operation::array(Coding::Linear, buckets, address, BUCKET);
            (column.a, column.b) = (1, BUCKETS);
            self.writer.column(column)?;
        }
        Some(())
    }
}

/// The functions that were inlined, in the order in which inline trees name them.
#[derive(Default)]
struct InlinedNames {
    offsets: Vec<u32>,
    /// Lines of their `func` keywords; `None` if a function has two.
    lines: Option<Vec<u32>>,
}

impl InlinedNames {
    fn read(program: &Program, image: Bytes<'_>, grouped: &Grouped<'_>) -> Option<InlinedNames> {
        let layout = &program.layout().inline;
        let Some((address, count)) = grouped.inline else {
            return Some(InlinedNames::default());
        };
        let mut offsets = Vec::new();
        let mut lines: HashMap<u32, u32> = HashMap::new();
        let mut consistent = layout.start_line.is_some();
        for record in 0..u64::from(count) {
            let at = u64::from(address) + record * layout.size;
            let name = image.u32(at + layout.name)?;
            let line = image.u32(at + layout.start_line.unwrap_or(0))?;
            let known = lines.entry(name).or_insert_with(|| {
                offsets.push(name);
                line
            });
            consistent &= *known == line;
        }
        let lines = offsets.iter().map(|name| lines[name]).collect();
        Some(InlinedNames {
            offsets,
            lines: consistent.then_some(lines),
        })
    }
}
