//! A Go program as its own tables describe it.

use super::func::Func;
use super::identity::Identity;
use super::layout::{Field, Layout};
use super::memory::Memory;
use super::moduledata::ModuleData;
use super::pclntab::{FuncTabEntry, PclnTab};
use super::symbol::package_of;
use crate::bytes::Bytes;
use crate::error::{Error, Result, Stage};
use crate::index::{FuncIndex, Imported};
use crate::input::Input;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

mod function;
#[cfg(test)]
mod tests;

pub use function::{FrameTables, Function};

/// The functions of a Go program and the tables that describe them.
#[derive(Debug)]
pub struct Program {
    memory: Memory,
    is_rebuilt: bool,
    layout: &'static Layout,
    module: ModuleData,
    pclntab: PclnTab,
    tables: Tables,
    records: Vec<Record>,
    /// Wasm function index to position in `records`.
    by_index: HashMap<FuncIndex, usize>,
    /// `_func.cuOffset` of a compilation unit to the position of a function that is named after its package.
    units: HashMap<u32, usize>,
    unlisted: Vec<FuncIndex>,
}

/// One function of pclntab.
#[derive(Debug)]
struct Record {
    pc_f: u32,
    wasm_index: FuncIndex,
    func: Func,
    name: String,
}

/// Address and size of each table, as moduledata gives them.
#[derive(Debug, Clone, Copy)]
struct Tables {
    funcnametab: (u64, u64),
    cutab: (u64, u64),
    filetab: (u64, u64),
    pctab: (u64, u64),
    functab: (u64, u64),
    gofunc: u64,
}

impl Program {
    /// Reads moduledata, pclntab and every function's record.
    ///
    /// Time and memory grow linearly with the size of the module.
    ///
    /// # Errors
    /// Fails, and says what is where, if the release has no known layout, if the tables are not found or contradict
    /// each other, and if a function of pclntab is not in the table of the module.
    pub fn read(input: &Input<'_>, identity: &Identity) -> Result<Self> {
        Program::in_memory(input, identity, Memory::of(input))
    }

    /// As [`Program::read`], in the memory of this input.
    pub(crate) fn in_memory(
        input: &Input<'_>,
        identity: &Identity,
        laid_out: Result<Memory>,
    ) -> Result<Self> {
        let layout = identity.layout()?;
        let mut laid_out = laid_out?;
        let is_rebuilt = laid_out.rebuild_tables(input);
        let memory = laid_out.bytes();
        let (pclntab, module) = PclnTab::find(memory, layout)?;
        let tables = Tables::of(memory, &module)?;
        let mut reader = RecordReader {
            memory,
            layout,
            tables,
            slots: Slots::of(input),
            name_budget: tables.funcnametab.1.saturating_mul(MAX_NAME_SHARING),
        };
        let entries = pclntab
            .entries(memory, &module, layout.entry)
            .ok_or_else(|| broken("ftab", pclntab.header.functab))?;
        let mut records: Vec<Record> = Vec::new();
        for entry in entries {
            let entry = entry.ok_or_else(|| broken("ftab", pclntab.header.functab))?;
            let record = reader.record(entry)?;
            if let Some(last) = records.last().filter(|last| last.pc_f >= record.pc_f) {
                return Err(unsorted(last, &record));
            }
            records.push(record);
        }
        let by_index: HashMap<FuncIndex, usize> = (0..)
            .zip(&records)
            .map(|(i, r)| (r.wasm_index, i))
            .collect();
        let unlisted = (input.defined_functions())
            .map(|(index, _)| index)
            .filter(|index| !by_index.contains_key(index))
            .collect();
        Ok(Program {
            memory: laid_out,
            is_rebuilt,
            layout,
            module,
            pclntab,
            tables,
            units: units(&records),
            records,
            by_index,
            unlisted,
        })
    }

    /// Whether the module's start function makes the tables, so that passes cannot change them in the data segments.
    pub(crate) fn is_rebuilt(&self) -> bool {
        self.is_rebuilt
    }

    /// Functions in the order of pclntab, which is that of their table slots.
    pub fn functions(&self) -> impl ExactSizeIterator<Item = Function<'_>> {
        self.records
            .iter()
            .map(|record| Function::new(self, record))
    }

    /// The first function of this name.
    pub fn by_name(&self, name: &str) -> Option<Function<'_>> {
        self.functions().find(|function| function.name() == name)
    }

    /// The function with this wasm function index (imported functions count).
    pub fn by_wasm_index(&self, index: FuncIndex) -> Option<Function<'_>> {
        let record = self.records.get(*self.by_index.get(&index)?)?;
        Some(Function::new(self, record))
    }

    /// The function with this PC_F, that is, in this table slot.
    pub fn by_pc_f(&self, pc_f: u32) -> Option<Function<'_>> {
        let found = self
            .records
            .binary_search_by_key(&pc_f, |record| record.pc_f)
            .ok()?;
        Some(Function::new(self, self.records.get(found)?))
    }

    /// The first function that every program of the release has and this one has not.
    pub fn missing_function(&self) -> Option<&'static str> {
        let names: HashSet<&str> = self.records.iter().map(|r| r.name.as_str()).collect();
        let mut known = self.layout.known_functions.iter();
        known.find(|name| !names.contains(**name)).copied()
    }

    /// Wasm indices of defined functions that pclntab does not know.
    pub fn unlisted(&self) -> &[FuncIndex] {
        &self.unlisted
    }

    /// The row of the program's release.
    pub fn layout(&self) -> &'static Layout {
        self.layout
    }

    /// The memory before the program's first instruction.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Lets `change` rewrite tables in the memory, except ftab, and reads the tables again.
    ///
    /// # Errors
    /// That of `change`, and tables that do not lie in the memory. Then the memory is as it was.
    pub(crate) fn rewrite<T>(
        &mut self,
        change: impl FnOnce(&Program, &mut Memory) -> Result<T>,
    ) -> Result<T> {
        let mut memory = self.memory.clone();
        let changed = change(self, &mut memory)?;
        memory.trim();
        let tables = Tables::of(memory.bytes(), &self.module)?;
        let (start, len) = tables.functab;
        let functab = memory.bytes().slice(start, len);
        let read = |record: &Record| {
            let address = record.func.address;
            let func = functab.and_then(|table| Func::read(table, address, &self.layout.func));
            func.ok_or_else(|| broken("a _func record", address))
        };
        let funcs: Vec<Func> = self.records.iter().map(read).collect::<Result<_>>()?;
        (self.memory, self.tables) = (memory, tables);
        for (position, func) in funcs.into_iter().enumerate() {
            let name = self.name_at(func.name).map(str::to_owned);
            if let Some(record) = self.records.get_mut(position) {
                record.func = func;
                record.name = name.unwrap_or_default();
            }
        }
        Ok(changed)
    }

    /// Where pclntab lies.
    pub fn pclntab(&self) -> &PclnTab {
        &self.pclntab
    }

    /// The addresses of pclntab, from its header to the last record.
    pub(crate) fn pclntab_range(&self) -> std::ops::Range<u64> {
        let (start, len) = self.tables.functab;
        self.pclntab.header.address..start.saturating_add(len)
    }

    /// Where everything else lies.
    pub fn module(&self) -> &ModuleData {
        &self.module
    }

    fn table(&self, (address, len): (u64, u64)) -> Bytes<'_> {
        let memory = self.memory.bytes();
        memory
            .slice(address, len)
            .unwrap_or(Bytes::new(address, &[]))
    }

    /// Package of the compilation unit whose files begin at `cu_offset`.
    fn package_of_unit(&self, cu_offset: u32) -> Option<Cow<'_, str>> {
        let record = self.records.get(*self.units.get(&cu_offset)?)?;
        package_of(&record.name)
    }

    /// A name of funcnametab.
    fn name_at(&self, offset: u32) -> Option<&str> {
        let names = self.table(self.tables.funcnametab);
        let at = self.tables.funcnametab.0.checked_add(u64::from(offset))?;
        std::str::from_utf8(names.cstr(at, MAX_TEXT)?).ok()
    }

    /// File `number` of the compilation unit whose files begin at `cu_offset`.
    fn file(&self, cu_offset: u32, number: i32) -> Option<&str> {
        let entry = u64::from(cu_offset).checked_add(u64::try_from(number).ok()?)?;
        let at = self.tables.cutab.0.checked_add(entry.checked_mul(4)?)?;
        let offset = self.table(self.tables.cutab).u32(at)?;
        let files = self.table(self.tables.filetab);
        let at = self.tables.filetab.0.checked_add(u64::from(offset))?;
        std::str::from_utf8(files.cstr(at, MAX_TEXT)?).ok()
    }
}

/// For each compilation unit, which is a package or one of its assembly files, a function that is certainly its own:
/// generic functions and algorithms of types are compiled into the unit that needs them.
fn units(records: &[Record]) -> HashMap<u32, usize> {
    let mut units = HashMap::new();
    for (position, record) in records.iter().enumerate() {
        let own = !record.name.contains(['[', ':']) && package_of(&record.name).is_some();
        if own {
            units.entry(record.func.cu_offset).or_insert(position);
        }
    }
    units
}

/// How many names the bytes of funcnametab may be shared by: the linker writes every name once, and a tool that merges
/// equal names or endings stays far below this.
const MAX_NAME_SHARING: u64 = 16;

/// Longest name or path that is looked up later, in bytes; Go's own tables hold far shorter ones.
const MAX_TEXT: u64 = 1 << 20;

/// Reads records one by one, and adds up what they claim.
struct RecordReader<'a> {
    memory: Bytes<'a>,
    layout: &'static Layout,
    tables: Tables,
    slots: Slots,
    name_budget: u64,
}

impl RecordReader<'_> {
    fn record(&mut self, entry: FuncTabEntry) -> Result<Record> {
        let (start, len) = self.tables.functab;
        let functab = self.memory.slice(start, len);
        let func = functab
            .and_then(|table| Func::read(table, entry.func, &self.layout.func))
            .ok_or_else(|| broken("a _func record", entry.func))?;
        let name = self.name(&func)?;
        if func.entry != entry.entry {
            return Err(Error::new(
                Stage::GoModel,
                format!(
                    "function {name} has entry {:#x} in ftab and {:#x} in its record at address {:#x}",
                    entry.entry, func.entry, func.address
                ),
            ));
        }
        let wasm_index = self.slots.function(entry.pc_f, &name)?;
        Ok(Record {
            pc_f: entry.pc_f,
            wasm_index,
            func,
            name,
        })
    }

    fn name(&mut self, func: &Func) -> Result<String> {
        let (start, len) = self.tables.funcnametab;
        let at = start.saturating_add(u64::from(func.name));
        let names = self.memory.slice(start, len);
        let bytes = names
            .and_then(|names| names.cstr(at, self.name_budget))
            .ok_or_else(|| broken("a function name", at))?;
        self.name_budget = self.name_budget.saturating_sub(bytes.len() as u64);
        String::from_utf8(bytes.to_vec()).map_err(|_| broken("a function name", at))
    }
}

/// The contents of the slots of the module's table.
struct Slots {
    functions: HashMap<u32, FuncIndex>,
    imported: Imported,
}

impl Slots {
    fn of(input: &Input<'_>) -> Self {
        Slots {
            functions: input.table_slots.iter().copied().collect(),
            imported: input.imported_functions,
        }
    }

    /// The wasm function in slot `pc_f`, which pclntab says is `name`.
    fn function(&self, pc_f: u32, name: &str) -> Result<FuncIndex> {
        let found = match self.functions.get(&pc_f) {
            None => "is empty".to_owned(),
            Some(index) if self.imported.contains(*index) => format!("holds the import {index}"),
            Some(index) => return Ok(*index),
        };
        Err(Error::new(
            Stage::GoModel,
            format!("pclntab has function {name} at PC_F {pc_f:#x}, but that table slot {found}"),
        )
        .with_hint("the module's table and Go's tables do not belong together: was it changed by another tool?"))
    }
}

impl Tables {
    fn of(memory: Bytes<'_>, module: &ModuleData) -> Result<Self> {
        let table = |field| {
            let range = module.table(memory, field).map(|table| table.range());
            let range = range.ok_or_else(|| broken("moduledata", module.address()))?;
            Ok((range.start, range.end.saturating_sub(range.start)))
        };
        Ok(Tables {
            funcnametab: table(Field::FuncNameTab)?,
            cutab: table(Field::CuTab)?,
            filetab: table(Field::FileTab)?,
            pctab: table(Field::PcTab)?,
            functab: table(Field::PclnTable)?,
            gofunc: module
                .word(memory, Field::GoFunc)
                .ok_or_else(|| broken("moduledata", module.address()))?,
        })
    }
}

fn broken(what: &str, address: u64) -> Error {
    Error::new(
        Stage::GoModel,
        format!("{what} at address {address:#x} is cut off or malformed"),
    )
}

fn unsorted(before: &Record, after: &Record) -> Error {
    Error::new(
        Stage::GoModel,
        format!(
            "pclntab is not sorted: {} at PC_F {:#x} stands before {} at {:#x}",
            before.name, before.pc_f, after.name, after.pc_f
        ),
    )
}
